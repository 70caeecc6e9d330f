#pragma once

#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/versions.hpp"
#include "script/flow_snapshot.hpp"
#include "script/limits.hpp"

#include <memory>
#include <string>

namespace switchhook::script {

// Brings together the versions found in files, and those chosen in the store by this engine, by others and by
// operators. The rules:
//
//   - Files that change while the engine runs go live, and what was chosen before is over.
//   - A version that was rolled back does not go live from files: they must change, or it must be published.
//   - At the start, files that hold a version which was live before are not a change: the store decides.
//   - Where the store cannot be reached a version goes live all the same, and is kept as soon as it can be.
//
// Not thread-safe. All but the constructor goes where Lua may run, and may block.
class FlowChoices {
public:
    // Without `versions` whatever is found in files is chosen. All that is referred to outlives it.
    FlowChoices(core::Versions* versions, const Limits& limits, const core::Clock& clock, core::Log& log,
                LoadedFlows& loaded);

    // Learns what has been chosen, without loading it. True if anything was.
    bool read();

    enum class Fate {
        unchanged,  // it was live already
        live,
        not_live,  // the rules say so
    };
    // A good version was found in the files of a flow. `at_start`: they were not looked at before.
    Fate offer(const std::string& name, std::shared_ptr<const Flow> flow, bool at_start);

    // Loads what is chosen. True if anything was loaded.
    bool load();

private:
    bool stays_out(const Business& business, const Flow& flow, bool at_start);
    core::Result<void> put(Business& business, core::FlowVersions now, const Flow& flow, std::string what);
    void keep(Business& business, const core::FlowVersions& kept);
    void load(const std::string& name, Business& business);
    std::shared_ptr<const Flow> obtain(const std::string& name, Business& business, const std::string& version);
    std::string what_happened(const std::string& name, const std::string& version);

    core::Versions* versions_;
    const Limits limits_;
    const core::Clock& clock_;
    core::Log& log_;
    LoadedFlows& loaded_;
};

// What the author did from one version to the next: "edited lexi/flow.lua, shared/menu.lua".
std::string edit_between(const Bundle& was, const Bundle& now);

}  // namespace switchhook::script
