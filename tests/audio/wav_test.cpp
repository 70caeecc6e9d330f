#include "audio/wav.hpp"

#include "audio/g711.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

namespace switchhook::audio {
namespace {

using Samples = std::vector<std::int16_t>;

TEST(WavHeader, IsTheOneOfTheFormat) {
    const auto header = wav_header({core::AudioEncoding::pcm16, 24'000}, 2, 1000);
    const std::string expected(
        "RIFF\x0c\x04\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00\xc0\x5d\x00\x00\x00\x77\x01\x00\x04\x00\x10\x00"
        "data\xe8\x03\x00\x00",
        44);
    EXPECT_EQ(header, expected);
}

TEST(WavWriter, WritesWhatTheReaderReads) {
    std::stringstream file;
    WavWriter writer(file, 8000, 1);
    writer.write(Samples{1, -2, 300});
    writer.write(Samples{-32'768, 32'767});
    ASSERT_TRUE(writer.finish());
    const auto wav = read_wav(file.str()).value();
    EXPECT_EQ(wav.rate, 8000U);
    EXPECT_EQ(wav.channels, 1U);
    EXPECT_EQ(wav.samples, (Samples{1, -2, 300, -32'768, 32'767}));
    EXPECT_EQ(file.str().size(), 44U + 10U);
    EXPECT_EQ(file.str().substr(4, 4), std::string("\x2e\0\0\0", 4));
}

TEST(WavWriter, PutsTheCallerLeftAndTheAssistantRight) {
    std::stringstream file;
    WavWriter writer(file, 24'000, 2);
    writer.write(Samples{1, 2, 3}, Samples{-1});
    writer.write(Samples{}, Samples{-2});
    ASSERT_TRUE(writer.finish());
    const auto wav = read_wav(file.str()).value();
    EXPECT_EQ(wav.channels, 2U);
    EXPECT_EQ(wav.samples, (Samples{1, -1, 2, 0, 3, 0, 0, -2}));
}

TEST(WavWriter, LeavesAPlayableFileWhereItNeverFinishes) {
    std::stringstream file;
    WavWriter writer(file, 8000, 1);
    writer.write(Samples{1, 2});
    EXPECT_EQ(read_wav(file.str()).value().samples, (Samples{1, 2}));
}

TEST(WavWriter, WritesAFileAndFinishesItWithItself) {
    const auto path = std::filesystem::path(testing::TempDir()) / "switchhook_wav_test.wav";
    {
        auto writer = WavWriter::open(path, 8000, 1);
        ASSERT_TRUE(writer);
        auto moved = std::move(*writer);
        moved.write(Samples{5, 6, 7});
    }
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    std::filesystem::remove(path);
    EXPECT_EQ(read_wav(bytes).value().samples, (Samples{5, 6, 7}));
    EXPECT_EQ(bytes.substr(40, 4), std::string("\x06\0\0\0", 4));
}

TEST(WavWriter, SaysThatAFileCannotBeWritten) {
    EXPECT_EQ(WavWriter::open("/nowhere/at/all.wav", 8000, 1).error(), core::Errc::not_found);
}

TEST(ReadWav, ReadsG711) {
    const std::string codes = "\x80\x81\x90\xff";
    for (auto encoding : {core::AudioEncoding::mulaw, core::AudioEncoding::alaw}) {
        const auto wav = read_wav(wav_header({encoding, 8000}, 1, 4) + codes).value();
        Samples expected(codes.size());
        encoding == core::AudioEncoding::mulaw ? decode_mulaw(codes, expected.data())
                                               : decode_alaw(codes, expected.data());
        EXPECT_EQ(wav.samples, expected);
    }
}

TEST(ReadWav, PassesOverChunksThatItDoesNotKnow) {
    auto file = wav_header({core::AudioEncoding::pcm16, 16'000}, 1, 2);
    file.insert(12, std::string("LIST\x03\0\0\0abc\0", 12));
    file += std::string("\x07\0", 2) + std::string("junk\x02\0\0\0!!", 10);
    const auto wav = read_wav(file).value();
    EXPECT_EQ(wav.rate, 16'000U);
    EXPECT_EQ(wav.samples, Samples{7});
}

TEST(ReadWav, ReadsTheExtensibleFormat) {
    auto file = wav_header({core::AudioEncoding::pcm16, 8000}, 1, 2);
    file[16] = 40;                                            // size of the chunk
    file.replace(20, 2, "\xfe\xff");                          // its tag
    file.insert(36, std::string("\x16\0\x10\0\x04\0\0\0", 8)  // extension: 22 bytes, 16 valid bits, the channel's place
                        + std::string("\x01\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71", 16));
    file += std::string("\x09\0", 2);
    EXPECT_EQ(read_wav(file).value().samples, Samples{9});
}

TEST(ReadWav, RefusesWhatIsNoWav) {
    const auto good = wav_header({core::AudioEncoding::pcm16, 8000}, 1, 2) + "ab";
    EXPECT_TRUE(read_wav(good));
    auto eight_bits = good;
    eight_bits[34] = 8;
    auto no_channels = good;
    no_channels[22] = 0;
    for (const auto& file :
         {std::string(), std::string("RIFF"), std::string("not a RIFF file, but long enough to be one"),
          good.substr(0, 30), good.substr(0, 36), eight_bits, no_channels})
        EXPECT_EQ(read_wav(file).error(), core::Errc::malformed);
}

TEST(ReadWav, ReadsNoFartherThanTheFile) {
    auto file = wav_header({core::AudioEncoding::pcm16, 8000}, 2, 4000) + "abcdefg";
    EXPECT_EQ(read_wav(file).value().samples.size(), 2U) << "a frame of two channels is four bytes";
}

}  // namespace
}  // namespace switchhook::audio
