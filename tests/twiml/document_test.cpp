#include "twiml/document.hpp"

#include <gtest/gtest.h>
#include <pugixml.hpp>

using namespace switchhook::twiml;

namespace {

constexpr std::string_view declaration = R"(<?xml version="1.0" encoding="UTF-8"?>)";

// What stands between <Response> and </Response>.
std::string inside(const Document& document) {
    const auto text = document.render();
    const auto open = std::string(declaration) + "<Response>";
    const std::string close = "</Response>";
    EXPECT_TRUE(text.starts_with(open) && text.ends_with(close)) << text;
    if (text.size() < open.size() + close.size()) return text;
    return text.substr(open.size(), text.size() - open.size() - close.size());
}

std::string say(std::string_view text) {
    Document document;
    EXPECT_TRUE(document.add_text(*document.add("Say"), text));
    EXPECT_EQ(document.render().size(), document.size());
    return inside(document);
}

std::string problem_of(std::string_view element, std::string_view attribute, std::string_view value) {
    Document document;
    const auto set = document.set(*document.add(element), attribute, value);
    return set ? "" : set.error().text;
}

}  // namespace

TEST(Document, IsAnEmptyResponseAtFirst) {
    Document document;
    EXPECT_TRUE(document.empty());
    EXPECT_EQ(document.render(), R"(<?xml version="1.0" encoding="UTF-8"?><Response/>)");
    EXPECT_EQ(document.size(), document.render().size());
    document.root();
    EXPECT_EQ(document.render(), R"(<?xml version="1.0" encoding="UTF-8"?><Response/>)");
}

TEST(Document, KeepsTheOrderOfVerbsAttributesAndTexts) {
    Document document;
    auto gather = *document.add("Gather");
    ASSERT_TRUE(document.set(gather, "timeout", "5"));
    ASSERT_TRUE(document.set(gather, "numDigits", "1"));
    ASSERT_TRUE(document.add_text(*document.add(gather, "Say"), "Press 1."));
    ASSERT_TRUE(document.add("Hangup"));
    EXPECT_EQ(inside(document), R"(<Gather timeout="5" numDigits="1"><Say>Press 1.</Say></Gather><Hangup/>)");
    EXPECT_EQ(document.size(), document.render().size());
}

TEST(Document, EscapesTextsAndAttributes) {
    EXPECT_EQ(say(R"(Fish & Chips <b> "now" 'or' never)"), R"(<Say>Fish &amp; Chips &lt;b&gt; "now" 'or' never</Say>)");
    Document document;
    auto play = *document.add("Play");
    ASSERT_TRUE(document.add_text(play, "https://example.com/a.mp3?x=1&y=2"));
    auto gather = *document.add("Gather");
    ASSERT_TRUE(document.set(gather, "hints", "R&D,\"quotes\",<less>,it's,two\nlines"));
    EXPECT_EQ(document.size(), document.render().size());
    EXPECT_EQ(inside(document),
              "<Play>https://example.com/a.mp3?x=1&amp;y=2</Play>"
              "<Gather hints=\"R&amp;D,&quot;quotes&quot;,&lt;less>,it's,two&#10;lines\"/>");
}

TEST(Document, CannotBeBrokenOutOfByText) {
    EXPECT_EQ(say("</Say><Dial>+19005550100</Dial><Say>"),
              "<Say>&lt;/Say&gt;&lt;Dial&gt;+19005550100&lt;/Dial&gt;&lt;Say&gt;</Say>");
}

TEST(Document, DropsCharactersThatXmlDoesNotAllow) {
    EXPECT_EQ(say(std::string_view("a\0b\x01\x08\x0B\x1F"
                                   "c\td\ne",
                                   12)),
              "<Say>abc\td\ne</Say>");
    EXPECT_EQ(say("lone \xED\xA0\x80surrogate, \xEF\xBF\xBE"
                  "noncharacter"),
              "<Say>lone surrogate, noncharacter</Say>");
}

TEST(Document, ReplacesBytesThatAreNoUtf8) {
    EXPECT_EQ(say("caf\xE9!"), "<Say>caf\xEF\xBF\xBD!</Say>");
    EXPECT_EQ(say("cut \xF0\x9F\x91"), "<Say>cut \xEF\xBF\xBD</Say>");
    EXPECT_EQ(say("overlong \xC0\xAF."), "<Say>overlong \xEF\xBF\xBD\xEF\xBF\xBD.</Say>");
}

TEST(Document, KeepsTextOfEveryLanguage) {
    EXPECT_EQ(say("Grüße 👋 日本"), "<Say>Grüße 👋 日本</Say>");
}

TEST(Document, StaysWellFormedWhateverTheBytes) {
    std::uint32_t random = 12345;
    for (int round = 0; round < 500; ++round) {
        std::string bytes;
        for (int i = 0; i < 40; ++i) bytes += static_cast<char>((random = random * 1664525 + 1013904223) >> 24);
        Document document;
        auto element = *document.add("Say");
        ASSERT_TRUE(document.set(element, "voice", bytes));
        ASSERT_TRUE(document.add_text(element, bytes));
        const auto text = document.render();
        EXPECT_EQ(document.size(), text.size());
        pugi::xml_document parsed;
        ASSERT_TRUE(parsed.load_buffer(text.data(), text.size())) << text;
        EXPECT_EQ(std::string_view(parsed.child("Response").first_child().name()), "Say");
    }
}

TEST(Document, SuggestsTheElementThatWasMeant) {
    Document document;
    EXPECT_EQ(document.add("Gathr").error().text, "there is no <Gathr> in TwiML; did you mean <Gather>?");
    EXPECT_EQ(document.add("dial").error().text, "there is no <dial> in TwiML; did you mean <Dial>?");
    EXPECT_EQ(document.add("Elephant").error().text, "there is no <Elephant> in TwiML");
    EXPECT_TRUE(document.empty());
}

TEST(Document, RefusesElementsWhereTheyDoNotBelong) {
    Document document;
    auto gather = *document.add("Gather");
    EXPECT_EQ(document.add(gather, "Redirect").error().text,
              "<Redirect> cannot stand inside <Gather>, which holds <Say>, <Play> and <Pause>");
    auto hangup = *document.add("Pause");
    EXPECT_EQ(document.add(hangup, "Say").error().text, "<Say> cannot stand inside <Pause>, which holds nothing");
    EXPECT_EQ(document.add("Number").error().text, "<Number> cannot stand inside <Response>, which holds verbs");
    auto redirect = *document.add("Redirect");
    EXPECT_EQ(document.add(redirect, "Say").error().text,
              "<Say> cannot stand inside <Redirect>, which holds text only");
    EXPECT_EQ(document.add_text(gather, "hello").error().text, "<Gather> holds no text");
}

TEST(Document, SuggestsTheAttributeThatWasMeant) {
    EXPECT_EQ(problem_of("Gather", "numdigits", "1"),
              "<Gather> has no attribute `numdigits`; did you mean `numDigits`?");
    EXPECT_EQ(problem_of("Say", "colour", "red"), "<Say> has no attribute `colour`");
}

TEST(Document, RefusesValuesOutsideTheirRange) {
    EXPECT_EQ(problem_of("Gather", "method", "PUT"), "<Gather>: `method` must be GET or POST, not \"PUT\"");
    EXPECT_EQ(problem_of("Gather", "input", "dtmf voice"),
              "<Gather>: `input` may hold only dtmf and speech, not \"dtmf voice\"");
    EXPECT_EQ(problem_of("Gather", "timeout", "2.5"),
              "<Gather>: `timeout` must be a whole number of at least 1, not \"2.5\"");
    EXPECT_EQ(problem_of("Dial", "timeout", "601"),
              "<Dial>: `timeout` must be a whole number from 5 to 600, not \"601\"");
    EXPECT_EQ(problem_of("Gather", "speechTimeout", "soon"),
              "<Gather>: `speechTimeout` must be a whole number of at least 1, or auto, not \"soon\"");
    EXPECT_EQ(problem_of("Gather", "actionOnEmptyResult", "yes"),
              "<Gather>: `actionOnEmptyResult` must be true or false, not \"yes\"");
    EXPECT_EQ(problem_of("Gather", "finishOnKey", "12"), "<Gather>: `finishOnKey` must be one key, not \"12\"");
    EXPECT_EQ(problem_of("Gather", "finishOnKey", "x"),
              "<Gather>: `finishOnKey` may hold only the keys 0123456789#*, not \"x\"");
    EXPECT_EQ(problem_of("Gather", "action", "ftp://example.com"),
              "<Gather>: `action` must be a URL that begins with https:// or http://, not \"ftp://example.com\"");
    EXPECT_EQ(problem_of("Gather", "action", ""), "<Gather>: `action` must be a URL without blanks, not \"\"");
    EXPECT_EQ(problem_of("Dial", "callReason", std::string(51, 'x')),
              "<Dial>: `callReason` must be at most 50 characters long, not \"" + std::string(51, 'x') + "\"");
    EXPECT_EQ(
        problem_of("Gather", "hints", std::string(101, 'x')),
        "<Gather>: `hints` must have at most 100 characters in each phrase, not \"" + std::string(60, 'x') + "…\"");
    std::string many = "a";
    for (int i = 0; i < 500; ++i) many += ",a";
    EXPECT_EQ(problem_of("Gather", "hints", many), "<Gather>: `hints` must have at most 500 phrases, not 501");
}

TEST(Document, KeepsEmptyAttributesThatMeanSomething) {
    Document document;
    ASSERT_TRUE(document.set(*document.add("Gather"), "finishOnKey", ""));
    ASSERT_TRUE(document.set(*document.add("Enqueue"), "waitUrl", ""));
    EXPECT_EQ(inside(document), R"(<Gather finishOnKey=""/><Enqueue waitUrl=""/>)");
}

TEST(Document, TakesAnAttributeOnce) {
    Document document;
    auto say = *document.add("Say");
    ASSERT_TRUE(document.set(say, "loop", "1"));
    EXPECT_EQ(document.set(say, "loop", "2").error().text, "<Say> already has the attribute `loop`");
}

TEST(Document, HoldsAtMostTenNumbersInADial) {
    Document document;
    auto dial = *document.add("Dial");
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(document.add(dial, "Number"));
    EXPECT_EQ(document.add(dial, "Number").error().text, "<Dial> holds at most 10 <Number>");
    EXPECT_TRUE(document.add(dial, "Client"));
}

TEST(Document, DoesNotMixAConferenceWithANumber) {
    Document document;
    auto dial = *document.add("Dial");
    ASSERT_TRUE(document.add(dial, "Conference"));
    EXPECT_EQ(document.add(dial, "Number").error().text, "<Number> and <Conference> cannot stand in the same <Dial>");
    auto other = *document.add("Dial");
    ASSERT_TRUE(document.add(other, "Number"));
    EXPECT_EQ(document.add(other, "Conference").error().text,
              "<Conference> and <Number> cannot stand in the same <Dial>");
}

TEST(Document, RejectsOnlyACallThatIsNotAnswered) {
    Document document;
    ASSERT_TRUE(document.add("Say"));
    EXPECT_EQ(document.add("Reject").error().text,
              "<Reject> must be the first verb: after <Say> the call is already answered; use <Hangup> to end it");
}

TEST(Document, KnowsWhichAttributesAnElementHasInItsPlace) {
    Document document;
    auto gather = *document.add("Gather");
    EXPECT_FALSE(document.set(*document.add(gather, "Play"), "digits", "1"));
    EXPECT_TRUE(document.set(*document.add("Play"), "digits", "ww1"));
    auto connect = *document.add("Connect");
    EXPECT_EQ(document.set(*document.add(connect, "Stream"), "track", "both_tracks").error().text,
              "<Stream>: `track` must be inbound_track, not \"both_tracks\"");
    auto stop = *document.add("Stop");
    EXPECT_FALSE(document.set(*document.add(stop, "Stream"), "url", "wss://example.com"));
}

TEST(Document, ExpectsAWebSocketForAStream) {
    Document document;
    auto stream = *document.add(*document.add("Connect"), "Stream");
    EXPECT_EQ(document.set(stream, "url", "https://example.com/media").error().text,
              "<Stream>: `url` must be a URL that begins with wss://, not \"https://example.com/media\"");
    EXPECT_TRUE(document.set(stream, "url", "wss://example.com/media"));
}

TEST(Document, GrowsToTwiliosLimitAndNotBeyond) {
    Document document;
    auto say = *document.add("Say");
    const auto frame = document.size() + std::string_view("</Say>").size() - 1;
    ASSERT_TRUE(document.add_text(say, std::string(Document::size_limit - frame, 'x')));
    EXPECT_EQ(document.render().size(), Document::size_limit);
    EXPECT_EQ(document.add_text(say, "x").error().text,
              "the document would be longer than the 65536 bytes that Twilio takes; say less at once, or play a "
              "recording");
    EXPECT_FALSE(document.add("Hangup"));
    EXPECT_FALSE(document.set(say, "loop", "1"));
    EXPECT_EQ(document.render().size(), Document::size_limit);
}

TEST(Document, CountsEscapedCharactersAsTwilioReceivesThem) {
    Document document;
    EXPECT_FALSE(document.add_text(*document.add("Say"), std::string(14'000, '&')));
    EXPECT_TRUE(document.add_text(*document.add("Say"), std::string(13'000, '&')));
    EXPECT_EQ(document.size(), document.render().size());
}

TEST(Document, CanBeUsedAgainAfterClear) {
    Document document;
    ASSERT_TRUE(document.add("Hangup"));
    document.clear();
    EXPECT_TRUE(document.empty());
    ASSERT_TRUE(document.add("Leave"));
    EXPECT_EQ(inside(document), "<Leave/>");
}

TEST(Document, TakesBackWhatWasAddedAfterAMark) {
    Document document;
    const auto nothing = document.mark();
    ASSERT_TRUE(document.add("Pause"));
    const auto mark = document.mark();
    const auto before = document.render();
    ASSERT_TRUE(document.add_text(*document.add("Say"), "no"));
    ASSERT_TRUE(document.add("Hangup"));
    document.undo(mark);
    EXPECT_EQ(document.render(), before);
    EXPECT_EQ(document.size(), before.size());
    document.undo(nothing);
    EXPECT_TRUE(document.empty());
    EXPECT_EQ(document.size(), document.render().size());
}
