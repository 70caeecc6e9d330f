#include "audio/base64.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace switchhook::audio {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Two characters for every 12 bits: three bytes take two look-ups.
constexpr auto pairs = [] {
    std::array<std::array<char, 2>, 4096> table{};
    for (std::size_t i = 0; i < table.size(); ++i) table[i] = {alphabet[i >> 6], alphabet[i & 63]};
    return table;
}();

constexpr std::uint32_t foreign = 0x8000'0000;

// The six bits of a character, shifted to their place among the 24 of four characters; `foreign` if it has none. Four
// tables, so that a group of four is put together, and checked, without a branch.
constexpr auto six_bits = [] {
    std::array<std::array<std::uint32_t, 256>, 4> tables{};
    for (unsigned place = 0; place < 4; ++place) {
        tables[place].fill(foreign);
        for (std::uint32_t i = 0; i < alphabet.size(); ++i)
            tables[place][static_cast<unsigned char>(alphabet[i])] = i << (18 - 6 * place);
    }
    return tables;
}();

std::uint32_t byte_at(const char* from) {
    return static_cast<unsigned char>(*from);
}

std::uint32_t group_at(const char* from) {
    return six_bits[0][byte_at(from)] | six_bits[1][byte_at(from + 1)] | six_bits[2][byte_at(from + 2)] |
           six_bits[3][byte_at(from + 3)];
}

char* put(char* to, std::uint32_t group, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) *to++ = static_cast<char>(group >> (16 - 8 * i));
    return to;
}

}  // namespace

void append_base64(std::string& to, std::string_view bytes) {
    const auto old_size = to.size();
    to.resize(old_size + (bytes.size() + 2) / 3 * 4);
    char* out = to.data() + old_size;
    const char* in = bytes.data();
    const char* const whole = in + bytes.size() / 3 * 3;
    for (; in != whole; in += 3, out += 4) {
        const auto group = byte_at(in) << 16 | byte_at(in + 1) << 8 | byte_at(in + 2);
        std::memcpy(out, pairs[group >> 12].data(), 2);
        std::memcpy(out + 2, pairs[group & 4095].data(), 2);
    }
    const auto left = bytes.size() % 3;
    if (left == 0) return;
    const auto group = byte_at(in) << 16 | (left == 2 ? byte_at(in + 1) << 8 : 0);
    std::memcpy(out, pairs[group >> 12].data(), 2);
    std::memcpy(out + 2, pairs[group & 4095].data(), 2);
    if (left == 1) out[2] = '=';
    out[3] = '=';
}

std::string encode_base64(std::string_view bytes) {
    std::string text;
    append_base64(text, bytes);
    return text;
}

core::Result<void> append_decoded_base64(std::string& to, std::string_view text) {
    if (text.size() % 4 != 0) return core::Errc::malformed;
    if (text.empty()) return {};
    const std::size_t padding = !text.ends_with('=') ? 0 : !text.ends_with("==") ? 1 : 2;
    const auto old_size = to.size();
    to.resize(old_size + text.size() / 4 * 3 - padding);
    char* out = to.data() + old_size;
    const char* in = text.data();
    const char* const last = in + text.size() - 4;
    std::uint32_t bad = 0;
    for (; in != last; in += 4) {
        const auto group = group_at(in);
        bad |= group;
        out = put(out, group, 3);
    }
    std::array<char, 4> tail{last[0], last[1], padding == 2 ? 'A' : last[2], padding > 0 ? 'A' : last[3]};
    const auto group = group_at(tail.data());
    bad |= group;
    put(out, group, 3 - padding);
    const std::uint32_t left_over = group & ((1U << 8 * padding) - 1);
    if ((bad & foreign) == 0 && left_over == 0) return {};
    to.resize(old_size);
    return core::Errc::malformed;
}

core::Result<std::string> decode_base64(std::string_view text) {
    std::string bytes;
    if (auto done = append_decoded_base64(bytes, text); !done) return done.error();
    return bytes;
}

}  // namespace switchhook::audio
