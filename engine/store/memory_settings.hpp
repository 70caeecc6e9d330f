#pragma once

#include "core/settings.hpp"

#include <condition_variable>
#include <map>
#include <mutex>

namespace switchhook::store {

// The Settings port in memory.
class MemorySettings final : public core::Settings {
public:
    core::Result<std::vector<core::NumberSettings>> current() override;
    core::Result<void> put(const core::NumberSettings& now, const std::string& what, core::Time at) override;
    core::Result<std::vector<core::SettingsChange>> history(const std::string& number) override;
    bool wait_for_change(std::stop_token stop, std::chrono::milliseconds longest) override;

private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<std::string, std::vector<core::SettingsChange>> changes_;  // by number, never empty
    bool changed_since_ = true;                                         // the last wait
};

}  // namespace switchhook::store
