#include "core/log.hpp"

#include "core/json.hpp"

#include <gtest/gtest.h>

using namespace switchhook::core;

namespace {

std::string line_of(Log::Options options, std::string_view event, Log::Fields fields) {
    std::string out;
    Log log(std::move(options), [&](std::string_view line) { out = line; });
    log.info(event, fields);
    return out;
}

}  // namespace

TEST(Log, WritesOneLineWithItsFields) {
    auto line = line_of({}, "call started", {{"call", "CA1"}, {"flow", "lexi"}, {"seconds", 2.5}});
    EXPECT_TRUE(line.ends_with("info  call started call=CA1 flow=lexi seconds=2.5")) << line;
}

TEST(Log, QuotesValuesThatWouldBreakTheLine) {
    auto line = line_of({}, "flow failed", {{"what", "a \"quote\"\nand a newline"}});
    EXPECT_TRUE(line.ends_with(R"(what="a \"quote\"\nand a newline")")) << line;
}

TEST(Log, MasksPhoneNumbersToTheirLastFourDigits) {
    auto line = line_of({}, "call", {{"from", "+14158675310"}, {"note", "moved from +14158675310 to +18005551212."}});
    EXPECT_EQ(line.find("867"), std::string::npos) << line;
    EXPECT_NE(line.find("from=…5310"), std::string::npos) << line;
    EXPECT_NE(line.find("moved from …5310 to …1212."), std::string::npos) << line;
}

TEST(Log, ShowsPhoneNumbersWhenAskedTo) {
    auto line = line_of({.show_phone_numbers = true}, "call", {{"from", "+14158675310"}});
    EXPECT_NE(line.find("from=+14158675310"), std::string::npos) << line;
}

TEST(Log, BlanksSecretsWhereverTheyTurnUp) {
    auto line =
        line_of({.secrets = {Secret("hunter2secret")}}, "oops", {{"url", "https://x/?token=hunter2secret&a=1"}});
    EXPECT_EQ(line.find("hunter2secret"), std::string::npos) << line;
    EXPECT_NE(line.find("[secret]"), std::string::npos) << line;
}

TEST(Log, WritesJsonThatParsesBack) {
    auto line = line_of({.format = LogFormat::json}, "call started", {{"from", "+14158675310"}, {"live", true}});
    auto json = Json::parse(line);
    EXPECT_EQ(json["event"], "call started");
    EXPECT_EQ(json["level"], "info");
    EXPECT_EQ(json["from"], "…5310");
    EXPECT_EQ(json["live"], true);
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
    EXPECT_EQ(line_of({.level = LogLevel::warn}, "call started", {}), "");
}
