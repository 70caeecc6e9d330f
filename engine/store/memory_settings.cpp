#include "store/memory_settings.hpp"

#include <utility>

namespace switchhook::store {

using core::Errc;
using core::Result;

Result<std::vector<core::NumberSettings>> MemorySettings::current() {
    std::lock_guard lock(mutex_);
    std::vector<core::NumberSettings> all;
    for (const auto& [number, changes] : changes_)
        all.push_back({number, changes.back().values, changes.back().revision});
    return all;
}

Result<void> MemorySettings::put(const core::NumberSettings& now, const std::string& what, core::Time at) {
    std::lock_guard lock(mutex_);
    auto found = changes_.find(now.number);
    if ((found == changes_.end() ? 0 : found->second.back().revision) != now.revision) return Errc::conflict;
    changes_[now.number].push_back({now.revision + 1, what, at, now.values});
    changed_since_ = true;
    changed_.notify_all();
    return {};
}

Result<std::vector<core::SettingsChange>> MemorySettings::history(const std::string& number) {
    std::lock_guard lock(mutex_);
    auto found = changes_.find(number);
    return found == changes_.end() ? std::vector<core::SettingsChange>() : found->second;
}

bool MemorySettings::wait_for_change(std::stop_token stop, std::chrono::milliseconds longest) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, longest, [this] { return changed_since_; });
    return std::exchange(changed_since_, false);
}

}  // namespace switchhook::store
