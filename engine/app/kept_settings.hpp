#pragma once

#include "app/kept_store.hpp"
#include "app/kept_versions.hpp"
#include "core/settings.hpp"
#include "core/vault.hpp"
#include "script/effective_settings.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace switchhook::app {

// What an operator types: values by name, and names.
struct SettingsEdit {
    std::vector<std::pair<std::string, std::string>> set;
    std::vector<std::string> unset;
};

// The settings of one number in an engine's store, for one command. Throws std::runtime_error where something that it
// needs is not there, std::invalid_argument for what it is given, each with a line for the operator; no line holds the
// value of a secret.
class KeptSettings {
public:
    KeptSettings(const VersionOptions& options, const std::string& number);

    const std::string& number() const { return number_; }
    const std::string& flow() const { return flow_->name(); }
    const core::NumberSettings& now() const { return now_; }

    // One setting, as it is for the next call.
    struct Line {
        std::string name;
        const script::Setting* setting;  // lives as long as this
        core::Json value;
        std::string shown;  // for people; of a secret only whether it is set
        script::SettingValue::From from;
    };
    // In the order in which the flow names them.
    std::vector<Line> list();
    // What of the store has no effect, and why.
    std::vector<std::string> notes() const;
    std::vector<core::SettingsChange> history();

    void change(const SettingsEdit& edit);
    // To a revision, as a text; empty: to the one before, where what was rolled back is as if it had never been.
    void roll_back(const std::string& revision);

private:
    const script::Setting& setting(const std::string& name) const;
    core::Json value_of_text(const std::string& name, const std::string& text) const;
    void check(const core::Json& values) const;
    void put(core::Json values, const std::string& what);
    void read();
    std::string shown(const std::string& name, const script::Setting& setting, const script::SettingValue& value);

    KeptStore kept_;
    const std::string number_;
    std::shared_ptr<const script::Flow> flow_;  // as it answers the number
    core::Json of_number_;                      // by numbers.lua
    core::NumberSettings now_;
    core::Vault vault_;
};

}  // namespace switchhook::app
