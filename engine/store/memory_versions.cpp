#include "store/memory_versions.hpp"

#include "core/wait.hpp"

#include <utility>

namespace switchhook::store {

using core::Errc;
using core::Json;
using core::Result;

Result<std::vector<core::FlowVersions>> MemoryVersions::chosen() {
    std::lock_guard lock(mutex_);
    std::vector<core::FlowVersions> all;
    for (const auto& [flow, versions] : chosen_) all.push_back(versions);
    return all;
}

Result<void> MemoryVersions::put(const core::FlowVersions& now, const core::VersionChange& change,
                                 const std::optional<Json>& sources) {
    std::lock_guard lock(mutex_);
    auto found = chosen_.find(now.flow);
    if ((found == chosen_.end() ? 0 : found->second.revision) != now.revision) return Errc::conflict;
    if (sources) {
        boost::asio::io_context context(1);
        auto done = core::wait(context, store_.keep_version(now.flow, change.version, *sources));
        if (!done) return done;
    }
    auto& kept = chosen_[now.flow] = now;
    ++kept.revision;
    history_.push_back(change);
    history_.back().flow = now.flow;
    changed_since_ = true;
    changed_.notify_all();
    return {};
}

Result<std::vector<core::VersionChange>> MemoryVersions::history(const std::string& flow) {
    std::lock_guard lock(mutex_);
    std::vector<core::VersionChange> changes;
    for (const auto& change : history_)
        if (change.flow == flow) changes.push_back(change);
    return changes;
}

Result<std::optional<Json>> MemoryVersions::sources(const std::string& flow, const std::string& version) {
    boost::asio::io_context context(1);
    return core::wait(context, store_.find_version(flow, version));
}

Result<std::map<std::string, std::size_t>> MemoryVersions::calls(const std::string& flow) {
    return store_.calls_in_progress(flow);
}

bool MemoryVersions::wait_for_change(std::stop_token stop, std::chrono::milliseconds longest) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, longest, [this] { return changed_since_; });
    return std::exchange(changed_since_, false);
}

}  // namespace switchhook::store
