#include "openai/realtime_messages.hpp"

#include "core/json.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::openai;

TEST(RealtimeMessages, AppendAudio) {
    EXPECT_EQ(append_message("\xff\xfe"), R"({"type":"input_audio_buffer.append","audio":"//4="})");
}

TEST(RealtimeMessages, ReadAudioInAnyOrderAndSpacing) {
    for (
        const char* message :
        {R"({"type":"response.output_audio.delta","event_id":"e","response_id":"r1","item_id":"i1","output_index":0,"content_index":0,"delta":"//4="})",
         "{ \"delta\" : \"//4=\",\n \"obfuscation\":\"x{y\", \"output_index\": 0, \"item_id\":\"i1\", \"response_id\": "
         "\"r1\" ,"
         "\"type\": \"response.output_audio.delta\"}"}) {
        auto delta = read_audio_delta(message);
        ASSERT_TRUE(delta) << message;
        EXPECT_EQ(delta->response, "r1");
        EXPECT_EQ(delta->item, "i1");
        EXPECT_EQ(delta->audio, "//4=");
    }
}

TEST(RealtimeMessages, LeaveEverythingElseToTheParser) {
    for (const char* message :
         {"", "{", "{}", "[]", "null", R"({"type":"response.done","response":{}})",
          R"({"type":"response.output_audio.delta","delta":"//4=")", R"({"type":"response.output_audio.delta","delta")",
          R"({"type":"response.output_audio.delta","delta":"\/\/4="})",
          R"({"type":"response.output_audio.delta","more":{"delta":"x"}})",
          R"({"type":"response.output_audio.delta","more":[1,2]})", R"({"delta":"//4="})"})
        EXPECT_FALSE(read_audio_delta(message)) << message;
}
