#pragma once

#include "core/json.hpp"
#include "net/http.hpp"
#include "script/flow_library.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace switchhook::app {

// How `switchhook flows` finds a running engine: DATA/engine.json, readable by its user only, holds the URL of the
// engine's status page, which is on loopback, with a password that is new at every start. Removed when the engine ends.
class StatusFile {
public:
    static constexpr const char* path = "/switchhook/flows";  // of the page
    static constexpr const char* name = "engine.json";

    // Throws std::runtime_error, with a line for the operator, where the file cannot be written.
    StatusFile(const std::filesystem::path& data, std::uint16_t port);
    ~StatusFile();
    StatusFile(const StatusFile&) = delete;
    StatusFile& operator=(const StatusFile&) = delete;

    // The request carries the password (HTTP Basic).
    bool allows(const net::Request& request) const;

    // What a file in this folder says: the URL; empty if no engine has left one.
    static std::string read(const std::filesystem::path& data);

private:
    std::filesystem::path file_;
    std::string authorization_;
};

// The status page: a list of {number, flow, version, since (ms since 1970), error, candidate, percent (of the callers
// who get it), note, calls: {version: count}}.
core::Json status_of(const std::vector<script::NumberStatus>& numbers,
                     const std::map<std::pair<std::string, std::string>, std::size_t>& calls);

}  // namespace switchhook::app
