#include "twilio/media_messages.hpp"

#include "audio/base64.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace switchhook;
using namespace switchhook::twilio;
using namespace std::chrono_literals;
using core::Errc;

namespace {

constexpr const char* start_message =
    R"({"event":"start","sequenceNumber":"1","start":{"accountSid":"AC1","streamSid":"MZ1","callSid":"CA1",)"
    R"("tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},)"
    R"("customParameters":{"token":"a\"b","k":"v"}},"streamSid":"MZ1"})";

template <class T>
T read(std::string_view text) {
    auto message = read_media_message(text);
    if (!message || !std::holds_alternative<T>(*message)) {
        ADD_FAILURE() << text;
        return {};
    }
    return std::get<T>(std::move(*message));
}

}  // namespace

TEST(MediaMessages, ReadsAPieceOfVoice) {
    auto media = read<StreamMedia>(
        R"({"event":"media","sequenceNumber":"3","media":{"track":"inbound","chunk":"2","timestamp":"5",)"
        R"("payload":"\/\/9\/"},"streamSid":"MZ1"})");
    EXPECT_EQ(media.audio, "\xff\xff\x7f");
    EXPECT_EQ(media.chunk, 2);
    EXPECT_EQ(media.timestamp, 5ms);
}

TEST(MediaMessages, TakesMembersInAnyOrder) {
    auto media = read<StreamMedia>(
        R"({"streamSid":"MZ1","media":{"payload":"AAAA","timestamp":"40","chunk":"3","track":"inbound"},"event":"media"})");
    EXPECT_EQ(media.audio, std::string(3, '\0'));
    EXPECT_EQ(media.timestamp, 40ms);
}

TEST(MediaMessages, ReadsHowAStreamStarts) {
    auto start = read<StreamStart>(start_message);
    EXPECT_EQ(start.stream_sid, "MZ1");
    EXPECT_EQ(start.call_sid, "CA1");
    EXPECT_EQ(start.parameters, (std::map<std::string, std::string>{{"token", "a\"b"}, {"k", "v"}}));
}

TEST(MediaMessages, ReadsTheOtherEvents) {
    read<StreamConnected>(R"({"event":"connected","protocol":"Call","version":"1.0.0"})");
    EXPECT_EQ(read<StreamDigit>(R"({"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5",)"
                                R"("dtmf":{"track":"inbound_track","digit":"#"}})")
                  .digit,
              '#');
    EXPECT_EQ(read<StreamMark>(R"({"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"x"}})").name,
              "x");
    read<StreamStop>(R"({"event":"stop","sequenceNumber":"5","stop":{"accountSid":"AC1","callSid":"CA1"}})");
    read<StreamOther>(R"({"event":"novelty","streamSid":"MZ1"})");
}

TEST(MediaMessages, RefusesWhatTwilioDoesNotSend) {
    auto format = std::string(start_message);
    format.replace(format.find("8000"), 4, "16000");
    for (std::string text :
         {std::string("nonsense"), std::string(), std::string("[1]"), std::string(R"({"event":1})"),
          std::string(R"({"event":"media"})"),
          std::string(R"({"event":"media","media":{"track":"inbound","chunk":"1","timestamp":"5","payload":"?"}})"),
          std::string(R"({"event":"media","media":{"track":"inbound","chunk":"x","timestamp":"5","payload":""}})"),
          std::string(R"({"event":"dtmf","dtmf":{"digit":"12"}})"), format}) {
        auto message = read_media_message(text);
        EXPECT_TRUE(!message && message.error() == Errc::malformed) << text;
    }
    EXPECT_TRUE(read_media_message(R"({"event":"stop"})")) << "and goes on after it";
}

TEST(MediaWriter, WritesWhatAStreamTakesAndNothingElse) {
    MediaWriter writer("MZ1");
    EXPECT_EQ(writer.media("\xff\xff\x7f"), R"({"event":"media","streamSid":"MZ1","media":{"payload":"//9/"}})");
    EXPECT_EQ(writer.mark("17"), R"({"event":"mark","streamSid":"MZ1","mark":{"name":"17"}})");
    EXPECT_EQ(writer.clear(), R"({"event":"clear","streamSid":"MZ1"})");
}
