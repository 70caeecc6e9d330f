#pragma once

#include "core/json.hpp"
#include "core/sealing_key.hpp"

#include <atomic>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>

namespace switchhook::core {

// Opens the secret settings of calls, seals what is kept of them, and knows them again wherever they turn up.
// Safe to use from any thread.
class Vault {
public:
    static constexpr const char* variable = "SWITCHHOOK_KEY";
    // What stands for a secret that is masked.
    static constexpr std::string_view instead = "[secret]";

    // Without a key nothing that is sealed can be opened.
    explicit Vault(std::optional<SealingKey> key = std::nullopt) : key_(key) {}

    // What came of opening. Where there is a problem, in words for the operator, nothing was opened.
    struct Opened {
        Json value;
        bool secret = false;  // something of it was sealed
        std::string problem = {};
    };

    // The settings of a number, as they are kept, in the form in which a flow sees them: the sealed ones as texts.
    Opened open_settings(Json settings, const std::string& number);
    // REQUIRES: a key.
    Json seal_setting(std::string_view plain, const std::string& number, const std::string& name) const;
    bool has_key() const { return key_.has_value(); }

    // A value in which every text that holds a secret opened here is sealed, and back.
    Json seal_secrets(Json value, const std::string& what_for) const;
    Opened open_secrets(Json value, const std::string& what_for) const;

    // A text, or each text within a value, in which "[secret]" stands for every secret opened here.
    std::string mask(std::string text) const;
    Json mask(Json value) const;

private:
    struct LongestFirst {
        bool operator()(const std::string& a, const std::string& b) const {
            return a.size() != b.size() ? a.size() > b.size() : a < b;
        }
    };

    std::string open(Json& sealed, const std::string& what_for) const;
    void learn(const std::string& secret);
    bool holds_secret(const std::string& text) const;

    const std::optional<SealingKey> key_;
    std::atomic<bool> any_{false};
    mutable std::shared_mutex mutex_;  // guards what follows
    std::set<std::string, LongestFirst> secrets_;
};

}  // namespace switchhook::core
