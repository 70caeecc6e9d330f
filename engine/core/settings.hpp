#pragma once

#include "core/clock.hpp"
#include "core/errc.hpp"
#include "core/json.hpp"

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace switchhook::core {

// What operators have set for a number, for all engines that serve it. It is laid over what numbers.lua says.
struct NumberSettings {
    std::string number;            // E.164
    Json values = Json::object();  // by name; secrets are sealed (core/vault.hpp)
    std::uint64_t revision = 0;    // counts the changes; 0: nothing was ever set

    bool operator==(const NumberSettings&) const = default;
};

// One step in the history of a number's settings.
struct SettingsChange {
    std::uint64_t revision = 0;  // that it led to
    std::string what;            // for people: "set front_desk"
    Time at{};
    Json values = Json::object();  // from then on

    bool operator==(const SettingsChange&) const = default;
};

// The settings that operators keep for numbers, and how they came about. Several engines may share it; each of them
// follows what is put here.
//
// Every operation blocks, so no thread that serves calls may use it. Errc::unavailable where the store does not answer.
// Safe to use from any thread.
class Settings {
public:
    virtual ~Settings() = default;

    // Of every number for which something was ever set, by number.
    virtual Result<std::vector<NumberSettings>> current() = 0;

    // Takes `now` for what is set, and notes the change; durable when it returns. Errc::conflict if the number is not
    // at now.revision any more; where it succeeds, the number is at the next one.
    virtual Result<void> put(const NumberSettings& now, const std::string& what, Time at) = 0;

    // A number's changes, the oldest first.
    virtual Result<std::vector<SettingsChange>> history(const std::string& number) = 0;

    // Waits until something else may be set than when it was last called, for `longest`, or until it is told to stop.
    // True in the first case. One thread at a time.
    virtual bool wait_for_change(std::stop_token stop, std::chrono::milliseconds longest) = 0;
};

}  // namespace switchhook::core
