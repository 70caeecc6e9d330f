#include "core/log.hpp"

#include "core/json_text.hpp"
#include "core/log_thread.hpp"
#include "core/phone_number.hpp"

#include <spdlog/fmt/fmt.h>

#include <chrono>
#include <ctime>

namespace switchhook::core {
namespace {

std::string_view name_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warn:
            return "warn";
        case LogLevel::error:
            return "error";
        case LogLevel::off:
            break;
    }
    return "off";
}

// As 2026-03-02T22:30:00.125Z.
std::string timestamp() {
    auto now = std::chrono::system_clock::now();
    auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
    auto seconds = std::chrono::system_clock::to_time_t(now);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                       utc.tm_hour, utc.tm_min, utc.tm_sec, ms);
}

// Bare where it reads well, quoted and escaped where it holds blanks, quotes or control characters.
std::string quoted(std::string text) {
    bool plain = !text.empty();
    for (unsigned char c : text) plain = plain && c > ' ' && c != '"' && c != '=';
    return plain ? text : dump(text);
}

}  // namespace

struct Log::Sink {
    std::function<void(std::string_view)> direct;
    std::unique_ptr<LogThread> thread;  // null where there is `direct`
};

Log::Log(Options options) : options_(std::move(options)), sink_(std::make_unique<Sink>()) {
    sink_->thread = std::make_unique<LogThread>();
}

Log::Log(Options options, std::function<void(std::string_view)> sink)
    : options_(std::move(options)), sink_(std::make_unique<Sink>()) {
    sink_->direct = std::move(sink);
}

Log::~Log() = default;

std::string Log::clean(std::string text) const {
    for (const auto& secret : options_.secrets) {
        if (secret.empty()) continue;
        for (auto at = text.find(secret.reveal()); at != std::string::npos; at = text.find(secret.reveal(), at))
            text.replace(at, secret.reveal().size(), "[secret]");
    }
    return options_.show_phone_numbers ? text : mask_phone_numbers(std::move(text));
}

void Log::write(LogLevel level, std::string_view event, Fields fields) {
    if (level < options_.level) return;
    std::string line;
    if (options_.format == LogFormat::json) {
        nlohmann::ordered_json json = {{"time", timestamp()}, {"level", name_of(level)}, {"event", event}};
        for (const auto& field : fields) {
            auto* text = std::get_if<std::string>(&field.value);
            if (text)
                json[std::string(field.key)] = clean(*text);
            else
                std::visit([&](const auto& value) { json[std::string(field.key)] = value; }, field.value);
        }
        line = dump(json);
    } else {
        line = fmt::format("{} {:5} {}", timestamp(), name_of(level), event);
        for (const auto& field : fields) {
            auto* text = std::get_if<std::string>(&field.value);
            if (text)
                line += fmt::format(" {}={}", field.key, quoted(clean(*text)));
            else
                std::visit([&](const auto& value) { line += fmt::format(" {}={}", field.key, value); }, field.value);
        }
    }
    if (sink_->direct)
        sink_->direct(line);
    else
        sink_->thread->write(line);
}

}  // namespace switchhook::core
