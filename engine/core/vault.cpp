#include "core/vault.hpp"

#include "core/json_text.hpp"

#include <mutex>
#include <utility>

namespace switchhook::core {
namespace {

std::string setting(const std::string& number, const std::string& name) {
    return "setting " + number + " " + name;
}

// Calls `change` with every text within a value.
template <class Change>
void for_each_text(Json& value, const Change& change) {
    if (value.is_string())
        change(value);
    else if (value.is_structured())
        for (auto& inner : value) for_each_text(inner, change);
}

template <class Change>
void for_each_sealed(Json& value, const Change& change) {
    if (is_sealed(value))
        change(value);
    else if (value.is_structured())
        for (auto& inner : value) for_each_sealed(inner, change);
}

}  // namespace

Vault::Opened Vault::open_settings(Json settings, const std::string& number) {
    Opened opened;
    for (const auto& [name, value] : settings.items()) {
        if (!is_sealed(value)) continue;
        opened.secret = true;
        if (auto why = open(value, setting(number, name)); !why.empty())
            opened.problem = "the setting `" + name + "` of " + number + " cannot be opened: " + why;
        else
            learn(value.get_ref<const std::string&>());
    }
    opened.value = std::move(settings);
    return opened;
}

Json Vault::seal_setting(std::string_view plain, const std::string& number, const std::string& name) const {
    return key_.value().seal(plain, setting(number, name));
}

Json Vault::seal_secrets(Json value, const std::string& what_for) const {
    if (!any_ || !key_) return value;
    for_each_text(value, [&](Json& text) {
        const auto& plain = text.get_ref<const std::string&>();
        if (holds_secret(plain)) text = key_->seal(plain, what_for);
    });
    return value;
}

Vault::Opened Vault::open_secrets(Json value, const std::string& what_for) const {
    Opened opened;
    for_each_sealed(value, [&](Json& sealed) {
        opened.secret = true;
        if (auto why = open(sealed, what_for); !why.empty()) opened.problem = "a secret cannot be opened: " + why;
    });
    opened.value = std::move(value);
    return opened;
}

// Opens it in its place, or says why it cannot.
std::string Vault::open(Json& sealed, const std::string& what_for) const {
    const std::string name = variable;
    if (!key_) return name + " is not set";
    auto plain = key_->open(sealed, what_for);
    if (!plain)
        return plain.error() == Errc::conflict ? "it was sealed under another " + name
                                               : "it has been altered, or is not for this";
    sealed = std::move(*plain);
    return {};
}

// A line of the log may show it as JSON does, or as JSON within JSON.
void Vault::learn(const std::string& secret) {
    {
        std::shared_lock lock(mutex_);
        if (secret.empty() || secrets_.contains(secret)) return;
    }
    std::unique_lock lock(mutex_);
    auto text = secret;
    for (int depth = 0; depth < 3; ++depth) {
        secrets_.insert(text);
        text = dump(text);
        text = text.substr(1, text.size() - 2);
    }
    any_ = true;
}

bool Vault::holds_secret(const std::string& text) const {
    std::shared_lock lock(mutex_);
    for (const auto& secret : secrets_)
        if (text.find(secret) != std::string::npos) return true;
    return false;
}

std::string Vault::mask(std::string text) const {
    if (!any_) return text;
    std::shared_lock lock(mutex_);
    for (const auto& secret : secrets_)
        for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + instead.size()))
            text.replace(at, secret.size(), instead);
    return text;
}

Json Vault::mask(Json value) const {
    if (any_) for_each_text(value, [&](Json& text) { text = mask(text.get<std::string>()); });
    return value;
}

}  // namespace switchhook::core
