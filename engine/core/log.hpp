#pragma once

#include "core/secret.hpp"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace switchhook::core {

// One named fact of a log line.
struct Field {
    using Value = std::variant<std::string, std::int64_t, double, bool>;

    std::string_view key;
    Value value;

    Field(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
    Field(std::string_view k, std::string_view v) : key(k), value(std::string(v)) {}
    Field(std::string_view k, const char* v) : key(k), value(std::string(v)) {}
    Field(std::string_view k, std::int64_t v) : key(k), value(v) {}
    Field(std::string_view k, int v) : key(k), value(std::int64_t{v}) {}
    Field(std::string_view k, std::size_t v) : key(k), value(static_cast<std::int64_t>(v)) {}
    Field(std::string_view k, double v) : key(k), value(v) {}
    Field(std::string_view k, bool v) : key(k), value(v) {}
};

enum class LogLevel { debug, info, warn, error, off };
enum class LogFormat { text, json };

// One line per event. Thread-safe; writing is done on a thread of its own.
//
// Whatever looks like a phone number in a field ("+" and 7 to 15 digits) shows its last four digits
// only, unless asked otherwise; every secret it was told of is blanked wherever it turns up.
class Log {
public:
    struct Options {
        LogLevel level = LogLevel::info;
        LogFormat format = LogFormat::text;
        bool show_phone_numbers = false;
        std::vector<Secret> secrets;
    };

    // Writes to standard error.
    explicit Log(Options options);
    // Hands each finished line to `sink`, in the caller's thread. For tests and for benches.
    Log(Options options, std::function<void(std::string_view)> sink);
    ~Log();

    using Fields = std::initializer_list<Field>;
    void debug(std::string_view event, Fields fields = {}) { write(LogLevel::debug, event, fields); }
    void info(std::string_view event, Fields fields = {}) { write(LogLevel::info, event, fields); }
    void warn(std::string_view event, Fields fields = {}) { write(LogLevel::warn, event, fields); }
    void error(std::string_view event, Fields fields = {}) { write(LogLevel::error, event, fields); }

    void write(LogLevel level, std::string_view event, Fields fields);

private:
    struct Sink;
    std::string clean(std::string text) const;

    Options options_;
    std::unique_ptr<Sink> sink_;
};

}  // namespace switchhook::core
