#pragma once

#include "core/clock.hpp"
#include "core/errc.hpp"
#include "core/json.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace switchhook::core {

// Which version of a flow answers which caller. Versions are named by their hash.
struct VersionChoice {
    std::string live;
    std::string candidate = {};  // on trial beside the live one; empty: none
    unsigned percent = 0;        // of the callers who get the candidate; test callers get it in any case

    bool operator==(const VersionChoice&) const = default;
};

// What is chosen of one flow, for all who serve it.
struct FlowVersions {
    std::string flow;
    VersionChoice all;
    std::map<std::string, VersionChoice> numbers = {};  // by number (E.164): those that differ from `all`
    std::vector<std::string> set_aside = {};            // rolled back: found in files again, they do not go live
    std::uint64_t revision = 0;                         // counts the changes; 0: the flow is new

    const VersionChoice& of(const std::string& number) const;
    bool sets_aside(const std::string& version) const;

    bool operator==(const FlowVersions&) const = default;
};

// Without the flow's name and the revision.
Json to_json(const FlowVersions& versions);
FlowVersions flow_versions_from_json(const Json& json);

// One step in a flow's history.
struct VersionChange {
    enum class Kind {
        went_live,
        rolled_back,  // to this version
        trial,        // it became the candidate, or is none any more
    };

    std::string flow;
    std::string number;  // E.164; empty: all numbers of the flow
    std::string version;
    Kind kind = Kind::went_live;
    std::string what;  // for people: "edited lexi/flow.lua"
    Time at{};

    bool operator==(const VersionChange&) const = default;
};

// The versions of flows: what they were made of, which are live, and how that came about. Several engines may share it;
// each of them follows what any of them, or an operator, puts here.
//
// Every operation blocks, so no thread that serves calls may use it. Errc::unavailable where the store does not answer.
// Safe to use from any thread.
class Versions {
public:
    virtual ~Versions() = default;

    // Of every flow that has ever been live.
    virtual Result<std::vector<FlowVersions>> chosen() = 0;

    // Takes `now` for what is chosen, notes the change, and keeps the sources (of change.version) if there are any: all
    // of it or nothing, durable when it returns. Errc::conflict if the flow is not at now.revision any more; where it
    // succeeds, the flow is at the next one.
    virtual Result<void> put(const FlowVersions& now, const VersionChange& change,
                             const std::optional<Json>& sources = {}) = 0;

    // A flow's changes, the oldest first.
    virtual Result<std::vector<VersionChange>> history(const std::string& flow) = 0;
    // What a version was made of, or nothing.
    virtual Result<std::optional<Json>> sources(const std::string& flow, const std::string& version) = 0;
    // The calls in progress on each version of a flow.
    virtual Result<std::map<std::string, std::size_t>> calls(const std::string& flow) = 0;

    // Waits until something else may be chosen than when it was last called, for `longest`, or until it is told to
    // stop. True in the first case. One thread at a time.
    virtual bool wait_for_change(std::stop_token stop, std::chrono::milliseconds longest) = 0;
};

// What becomes of the choice, step by step. Each of these is what its name says and leaves the revision alone.

// Every caller of every number gets this version. Ends trials, and what was chosen for single numbers.
FlowVersions published(FlowVersions was, const std::string& version);
// The same for one number.
FlowVersions published(FlowVersions was, const std::string& version, const std::string& number);
// A version that was found in the files: as published, but a trial of another one goes on.
FlowVersions edited(FlowVersions was, const std::string& version);
// As published, and what was live is set aside; `number` empty: for all.
FlowVersions rolled_back(FlowVersions was, const std::string& version, const std::string& number);
// `percent` of the callers, and all test callers, get this version.
FlowVersions tried(FlowVersions was, const std::string& version, unsigned percent);
// REQUIRES: there is a candidate.
FlowVersions promoted(FlowVersions was);
FlowVersions withdrawn(FlowVersions was);

// The version that a rollback goes to by default: the one that was live before the one that is live now, where what
// was rolled back is as if it had never been. Nothing if there is none. `number` empty: of the flow.
std::optional<std::string> version_before(const std::vector<VersionChange>& history, const std::string& number);

}  // namespace switchhook::core
