#include "sim/stereo_recording.hpp"

#include "audio/g711.hpp"
#include "audio/wav.hpp"

#include <cstdint>
#include <vector>

namespace switchhook::sim {
namespace {

std::vector<std::int16_t> decoded(std::string_view mulaw) {
    std::vector<std::int16_t> samples(mulaw.size());
    audio::decode_mulaw(mulaw, samples.data());
    return samples;
}

}  // namespace

core::Result<void> write_stereo(const std::filesystem::path& file, std::string_view left, std::string_view right) {
    std::error_code ignored;  // what could not be made, the writer finds missing
    std::filesystem::create_directories(file.parent_path(), ignored);
    auto writer = audio::WavWriter::open(file, 8000, 2);
    if (!writer) return writer.error();
    writer->write(decoded(left), decoded(right));
    return writer->finish();
}

}  // namespace switchhook::sim
