#include "sim/speech.hpp"

#include "audio/converter.hpp"
#include "audio/wav.hpp"
#include "sim/player_state.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <fcntl.h>
#include <numbers>
#include <optional>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace switchhook::sim {

namespace asio = boost::asio;

namespace {

constexpr unsigned rate = 8000;

std::string bytes_of(const std::vector<std::int16_t>& samples) {
    std::string bytes;
    bytes.reserve(samples.size() * 2);
    for (auto sample : samples) {
        bytes += static_cast<char>(sample & 0xff);
        bytes += static_cast<char>((sample >> 8) & 0xff);
    }
    return bytes;
}

// A word of so many letters: its pitch follows from them, and its sound swells and fades so that nothing clicks.
void append_tone(std::vector<std::int16_t>& samples, std::string_view word) {
    unsigned letters = 0;
    for (unsigned char letter : word) letters = letters * 31 + letter;
    const double pitch = 180 + letters % 16 * 15;
    const auto count = (word.size() + 1) * static_cast<std::size_t>(per_character.count()) * rate / 1000;
    const double fade = std::min<double>(80, static_cast<double>(count) / 2);
    for (std::size_t i = 0; i < count; ++i) {
        auto at = static_cast<double>(i);
        auto from_edge = std::min(at, static_cast<double>(count) - at);
        auto loudness = 8000 * std::min(1.0, from_edge / fade);
        samples.push_back(static_cast<std::int16_t>(loudness * std::sin(2 * std::numbers::pi * pitch * at / rate)));
    }
}

// What a program says to `input`; nothing where it is not there.
std::optional<std::string> output_of(std::array<const char*, 6> command, const std::string& input) {
    int in[2], out[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) != 0) return std::nullopt;
    if (pipe2(out, O_CLOEXEC) != 0) {
        close(in[0]);
        close(in[1]);
        return std::nullopt;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    pid_t child = -1;
    int failed = posix_spawnp(&child, command[0], &actions, nullptr, const_cast<char**>(command.data()), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    std::string output;
    if (!failed) {
        // Shorter than what a socket holds, so that it cannot block.
        auto head = input.substr(0, 4096);
        failed = send(in[1], head.data(), head.size(), MSG_NOSIGNAL) < 0;
    }
    close(in[1]);
    char buffer[16384];
    for (ssize_t count = 0; child > 0 && (count = read(out[0], buffer, sizeof buffer)) > 0;)
        output.append(buffer, static_cast<std::size_t>(count));
    close(out[0]);
    int status = 1;
    if (child > 0) waitpid(child, &status, 0);
    if (failed || status != 0) return std::nullopt;
    return output;
}

// Samples at 24 kHz of a voice at another rate, on straight lines between its own: it is a voice for trying things.
std::vector<std::int16_t> at_24k(const audio::Wav& wav) {
    std::vector<std::int16_t> samples;
    const double step = wav.rate / 24'000.0;
    for (double at = 0; at + 1 < static_cast<double>(wav.samples.size()); at += step) {
        const auto i = static_cast<std::size_t>(at);
        const double share = at - static_cast<double>(i);
        samples.push_back(static_cast<std::int16_t>(wav.samples[i] * (1 - share) + wav.samples[i + 1] * share));
    }
    return samples;
}

asio::awaitable<std::string> speak(std::string text, core::AudioFormat format) {
    auto file = output_of({"espeak-ng", "-s", "165", "--stdin", "--stdout", nullptr}, text);
    if (!file) co_return tones_for(text, format);
    auto wav = audio::read_wav(*file);
    if (!wav || wav->channels != 1 || wav->samples.empty()) co_return tones_for(text, format);
    audio::Converter converter(core::pcm_24k, format);
    co_return std::string(converter.convert(bytes_of(at_24k(*wav))));
}

}  // namespace

std::string tones_for(std::string_view text, core::AudioFormat format) {
    std::vector<std::int16_t> samples;
    while (!text.empty()) {
        auto end = std::min(text.find(' '), text.size());
        if (end > 0) append_tone(samples, text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    audio::Converter converter({core::AudioEncoding::pcm16, rate}, format);
    return std::string(converter.convert(bytes_of(samples)));
}

// A thread of its own waits for the program, and has ended when this does.
asio::awaitable<std::string> voice_for(std::string text, core::AudioFormat format) {
    asio::thread_pool waiting(1);
    auto voice = co_await asio::co_spawn(waiting, speak(std::move(text), format), asio::use_awaitable);
    waiting.join();
    co_return voice;
}

}  // namespace switchhook::sim
