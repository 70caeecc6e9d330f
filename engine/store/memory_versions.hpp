#pragma once

#include "core/versions.hpp"
#include "store/memory_store.hpp"

#include <condition_variable>
#include <mutex>

namespace switchhook::store {

// The Versions port in memory, beside a MemoryStore: the sources go there.
class MemoryVersions final : public core::Versions {
public:
    explicit MemoryVersions(MemoryStore& store) : store_(store) {}

    core::Result<std::vector<core::FlowVersions>> chosen() override;
    core::Result<void> put(const core::FlowVersions& now, const core::VersionChange& change,
                           const std::optional<core::Json>& sources) override;
    core::Result<std::vector<core::VersionChange>> history(const std::string& flow) override;
    core::Result<std::optional<core::Json>> sources(const std::string& flow, const std::string& version) override;
    core::Result<std::map<std::string, std::size_t>> calls(const std::string& flow) override;
    bool wait_for_change(std::stop_token stop, std::chrono::milliseconds longest) override;

private:
    MemoryStore& store_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<std::string, core::FlowVersions> chosen_;
    std::vector<core::VersionChange> history_;
    bool changed_since_ = true;  // the last wait
};

}  // namespace switchhook::store
