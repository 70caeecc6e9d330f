#include "net/websocket_frames.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

using namespace switchhook;
using namespace switchhook::net;
using core::Errc;
using testing::ElementsAre;

namespace {

constexpr MaskingKey a_key{'\x37', '\xfa', '\x21', '\x3d'};

std::string frame(Opcode opcode, std::string_view payload, bool masked = true) {
    std::string bytes;
    append_frame(bytes, opcode, payload, masked ? std::optional(a_key) : std::nullopt);
    return bytes;
}

// A frame after which more of its message follows.
std::string fragment(Opcode opcode, std::string_view payload) {
    auto bytes = frame(opcode, payload);
    bytes[0] = static_cast<char>(bytes[0] & 0x7f);
    return bytes;
}

struct Read {
    std::vector<std::string> messages;
    core::Error error;
    std::string left;
    std::uint16_t complaint = 0;
};

// What a server makes of the bytes, which come in pieces of this size.
Read read(std::string bytes, std::size_t piece = std::string::npos, std::size_t max_message = 1'000'000) {
    FrameReader reader(WebSocketSide::server, max_message);
    Read result;
    for (std::size_t at = 0; at < bytes.size() && !result.error; at += std::min(piece, bytes.size() - at)) {
        result.left += bytes.substr(at, piece);
        std::span<char> rest(result.left);
        for (;;) {
            auto message = reader.next(rest);
            if (!message) {
                result.error = message.error();
                result.complaint = reader.complaint();
            }
            if (!message || !*message) break;
            result.messages.push_back(std::to_string(static_cast<int>((*message)->opcode)) + " " + (*message)->payload);
        }
        result.left = std::string(rest.data(), rest.size());
    }
    return result;
}

}  // namespace

// RFC 6455 §5.7.
TEST(WebSocketFrames, AreTheBytesOfTheStandardsExamples) {
    EXPECT_EQ(frame(Opcode::text, "Hello", false), "\x81\x05Hello");
    EXPECT_EQ(frame(Opcode::text, "Hello"), "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
    EXPECT_EQ(frame(Opcode::ping, "Hello", false), "\x89\x05Hello");
    EXPECT_EQ(frame(Opcode::binary, std::string(256, 'x'), false).substr(0, 4), std::string("\x82\x7e\x01\x00", 4));
    EXPECT_EQ(frame(Opcode::binary, std::string(65536, 'x'), false).substr(0, 10),
              std::string("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10));
}

TEST(WebSocketFrames, ReadsMessagesOfEveryLengthHoweverTheyAreCutUp) {
    for (std::size_t size : {0, 1, 7, 8, 125, 126, 127, 65'535, 65'536}) {
        const std::string text(size, 'x');
        const auto bytes = frame(Opcode::text, text) + frame(Opcode::text, "next");
        for (std::size_t piece : {std::string::npos, std::size_t{1} + size / 50, std::size_t{3} + size / 10}) {
            const auto result = read(bytes, piece);
            EXPECT_FALSE(result.error);
            EXPECT_THAT(result.messages, ElementsAre("1 " + text, "1 next")) << size << " in pieces of " << piece;
            EXPECT_EQ(result.left, "");
        }
    }
}

TEST(WebSocketFrames, PutsFragmentsTogetherAroundAPing) {
    const auto result = read(fragment(Opcode::text, "Hel") + frame(Opcode::ping, "there?") +
                             fragment(Opcode::continuation, "lo, ") + frame(Opcode::continuation, "world"));
    EXPECT_FALSE(result.error);
    EXPECT_THAT(result.messages, ElementsAre("9 there?", "1 Hello, world"));
}

TEST(WebSocketFrames, KeepsAnUnfinishedFrame) {
    const auto bytes = frame(Opcode::text, "Hello");
    const auto result = read(bytes + bytes.substr(0, 7));
    EXPECT_THAT(result.messages, ElementsAre("1 Hello"));
    EXPECT_EQ(result.left, bytes.substr(0, 7));
}

TEST(WebSocketFrames, RefusesWhatIsAgainstTheProtocol) {
    auto with_bits = [](unsigned char bits) {
        auto bytes = frame(Opcode::text, "Hello");
        bytes[0] = static_cast<char>(bytes[0] | bits);
        return bytes;
    };
    const std::pair<const char*, std::string> wrong[] = {
        {"not masked", frame(Opcode::text, "Hello", false)},
        {"a reserved bit", with_bits(0x40)},
        {"an unknown opcode", with_bits(0x02)},
        {"a long ping", frame(Opcode::ping, std::string(126, 'x'))},
        {"a ping in fragments", fragment(Opcode::ping, "x")},
        {"a continuation of nothing", frame(Opcode::continuation, "x")},
        {"a message within another", fragment(Opcode::text, "x") + frame(Opcode::text, "y")},
    };
    for (const auto& [what, bytes] : wrong) {
        const auto result = read(bytes);
        EXPECT_EQ(result.error, Errc::malformed) << what;
        EXPECT_EQ(result.complaint, 1002) << what;
        EXPECT_THAT(result.messages, ElementsAre()) << what;
    }
}

TEST(WebSocketFrames, RefusesTextThatIsNoUtf8) {
    for (std::string_view text : {"\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "12345678\xe2\x82", "\xff"}) {
        const auto result = read(frame(Opcode::text, text));
        EXPECT_EQ(result.error, Errc::malformed) << text;
        EXPECT_EQ(result.complaint, 1007) << text;
    }
    EXPECT_THAT(read(frame(Opcode::text, "gr\xc3\xbc\xc3\x9f dich, \xe2\x82\xac, \xf0\x9f\x93\x9e")).messages,
                ElementsAre("1 gr\xc3\xbc\xc3\x9f dich, \xe2\x82\xac, \xf0\x9f\x93\x9e"));
    // A character may be cut by a fragment, and binary messages are none.
    EXPECT_THAT(read(fragment(Opcode::text, "\xc3") + frame(Opcode::continuation, "\xbc")).messages,
                ElementsAre("1 \xc3\xbc"));
    EXPECT_THAT(read(frame(Opcode::binary, "\xff")).messages, ElementsAre("2 \xff"));
}

TEST(WebSocketFrames, RefusesALongMessageByItsHeadAlone) {
    const auto whole = frame(Opcode::text, std::string(101, 'x'));
    for (const auto& bytes : {whole.substr(0, 6), fragment(Opcode::text, std::string(60, 'x')) +
                                                      frame(Opcode::continuation, std::string(41, 'x')).substr(0, 6)}) {
        const auto result = read(bytes, std::string::npos, 100);
        EXPECT_EQ(result.error, Errc::too_large);
        EXPECT_EQ(result.complaint, 1009);
    }
    EXPECT_THAT(read(frame(Opcode::text, std::string(100, 'x')), std::string::npos, 100).messages,
                ElementsAre("1 " + std::string(100, 'x')));
}

TEST(WebSocketFrames, ReadsTheStatusOfAGoodbye) {
    EXPECT_EQ(FrameReader::code_of(close_payload(1000)).value(), 1000);
    EXPECT_EQ(FrameReader::code_of(close_payload(4001) + "bye").value(), 4001);
    EXPECT_EQ(FrameReader::code_of("").value(), 1005);
    for (std::uint16_t code : {0, 999, 1004, 1005, 1006, 1015, 2999, 5000})
        EXPECT_EQ(FrameReader::code_of(close_payload(code)).error(), Errc::malformed) << code;
    EXPECT_EQ(FrameReader::code_of("\x03").error(), Errc::malformed);
    EXPECT_EQ(FrameReader::code_of(close_payload(1000) + "\xff").error(), Errc::malformed);
}
