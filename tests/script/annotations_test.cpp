#include "script/annotations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

using namespace switchhook::script;
using testing::ElementsAre;
using Kind = AnnotatedType::Kind;

namespace {

Annotations read(std::string_view text) {
    Annotations::Text file{"tea", text};
    return Annotations::parse({&file, 1});
}

const AnnotatedType& type_of(const Annotations& annotations, std::string_view field) {
    return annotations.class_named("T")->field(field)->type;
}

std::string problem_of(std::string_view text) {
    try {
        read(text);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST(Annotations, ReadAClassWithItsFields) {
    auto annotations = read(R"(
--- How tea is made.
---@class Tea
---@ask tea
---@needs leaves or bag
---@field leaves? string What goes in. [at most 20]
---@field bag? boolean
---@field minutes integer Time to draw. [1 to 10, default 3]
local Tea = {}
)");
    const auto* tea = annotations.class_named("Tea");
    ASSERT_TRUE(tea);
    EXPECT_EQ(tea->about, "How tea is made.");
    EXPECT_EQ(tea->variable, "Tea");
    EXPECT_EQ(annotations.ask("tea")->options, tea);
    EXPECT_THAT(tea->needs, ElementsAre(ElementsAre("leaves", "bag")));
    const auto* minutes = tea->field("minutes");
    ASSERT_TRUE(minutes);
    EXPECT_FALSE(minutes->optional);
    EXPECT_EQ(minutes->about, "Time to draw.");
    EXPECT_EQ(minutes->constraints.least, 1);
    EXPECT_EQ(minutes->constraints.most, 10);
    EXPECT_EQ(minutes->constraints.standard, "3");
    EXPECT_EQ(tea->field("leaves")->constraints.longest, 20U);
    EXPECT_EQ(tea->field("sugar"), nullptr);
}

TEST(Annotations, ReadTypes) {
    auto annotations = read(R"(
--- a cup [URL]
---@alias Cup "small"|"large"|5|true
---@class T
---@field a string[]
---@field b (string|T)[] A list.
---@field c table<string, string>
---@field d fun(cup: Cup, n: integer): string?, number What it does.
---@field e Cup
---@field f number?
---@field g {url: string, size: number}[]
)");
    EXPECT_EQ(type_of(annotations, "a").kind, Kind::array);
    EXPECT_EQ(type_of(annotations, "a").parts[0].kind, Kind::string);
    EXPECT_EQ(type_of(annotations, "b").parts[0].kind, Kind::one_of);
    EXPECT_EQ(type_of(annotations, "b").parts[0].parts[1].of_class->name, "T");
    EXPECT_EQ(type_of(annotations, "c").kind, Kind::table);
    EXPECT_EQ(type_of(annotations, "c").parts[0].kind, Kind::string);
    EXPECT_EQ(type_of(annotations, "d").kind, Kind::function);
    EXPECT_EQ(annotations.class_named("T")->field("d")->about, "What it does.");
    EXPECT_EQ(type_of(annotations, "e").of_alias->constraints.format, "URL");
    EXPECT_EQ(type_of(annotations, "e").of_alias->type.parts[2].literal, 5.0);
    EXPECT_EQ(type_of(annotations, "f").parts[1].kind, Kind::nil);
    EXPECT_EQ(type_of(annotations, "g").parts[0].kind, Kind::table);
}

TEST(Annotations, KnowTheClassOfWhatATableHolds) {
    auto annotations = read(R"(
---@class T
---@field cups table<string, Cup|integer> By name.
---@class Cup
---@field size number
)");
    const auto& cups = type_of(annotations, "cups");
    EXPECT_EQ(cups.kind, Kind::table);
    EXPECT_EQ(cups.text, "table<string, Cup|integer>");
    EXPECT_EQ(cups.parts[0].parts[0].of_class->name, "Cup");
    EXPECT_EQ(annotations.class_named("T")->field("cups")->about, "By name.");
}

TEST(Annotations, ReadAFunctionWithItsTags) {
    auto annotations = read(R"(
--- Pours a cup.
---@ask pour
---@phase on_call, on_message
---@waits
---@param cup string Which one.
---@param milk? boolean
---@return number? warmth In degrees.
---@return "empty"? reason
function Tea:pour(cup, milk) end

--- Not for authors.
local function rinse() end
)");
    ASSERT_EQ(annotations.functions().size(), 1U);
    const auto& pour = annotations.functions()[0];
    EXPECT_EQ(pour.name, "Tea:pour");
    EXPECT_EQ(pour.module, "tea");
    EXPECT_EQ(pour.about, "Pours a cup.");
    EXPECT_TRUE(pour.waits);
    EXPECT_FALSE(pour.ends);
    EXPECT_THAT(annotations.ask("pour")->phases, ElementsAre("on_call", "on_message"));
    ASSERT_EQ(pour.parameters.size(), 2U);
    EXPECT_TRUE(pour.parameters[1].optional);
    ASSERT_EQ(pour.results.size(), 2U);
    EXPECT_EQ(pour.results[0].name, "warmth");
    EXPECT_EQ(pour.results[0].about, "In degrees.");
}

TEST(Annotations, LetAnAskBeMadeWhereAnyOfItsVerbsWorks) {
    auto annotations = read(R"(
---@ask pour
---@phase on_call
function Tea:pour() end
---@ask pour
---@phase on_message
function Tea:send() end
---@ask look
function Tea:look() end
---@ask look
---@phase on_call
function Tea:watch() end
)");
    EXPECT_THAT(annotations.ask("pour")->phases, ElementsAre("on_call", "on_message"));
    EXPECT_THAT(annotations.ask("look")->phases, ElementsAre());
}

TEST(Annotations, InheritFields) {
    auto annotations = read(R"(
---@class Green : Hot, Cheap
---@field leaf string
---@class Hot
---@field degrees number
---@class Cheap
---@field price number
)");
    const auto* green = annotations.class_named("Green");
    ASSERT_EQ(green->fields.size(), 3U);
    EXPECT_TRUE(green->field("degrees"));
    EXPECT_TRUE(green->field("price"));
}

TEST(Annotations, SayWhereTheyCannotBeRead) {
    EXPECT_EQ(problem_of("---@class T\n---@field a string|\n"), "tea.lua:2: a type is missing after `|`");
    EXPECT_EQ(problem_of("---@field a string\n"), "tea.lua:1: @field without a @class above it");
    EXPECT_EQ(problem_of("---@class T\n---@field a number How many. [a few]\n"),
              "tea.lua:2: `[a few]` is not a range, a length, a format or a default");
    EXPECT_EQ(problem_of("---@class T\n---@field a Tee\n"), "there is no class or alias named Tee");
}

TEST(Annotations, OfThisBinaryNameOptionsForEveryAsk) {
    for (const auto& [kind, rules] : Annotations::embedded().asks()) EXPECT_TRUE(rules.options) << kind;
    for (auto kind : {"say", "play", "pause", "gather", "record", "dial", "enqueue", "leave", "redirect", "reject",
                      "refer", "hangup", "reply", "sms", "http", "kv", "log", "sleep"})
        EXPECT_TRUE(Annotations::embedded().ask(kind)) << kind;
}
