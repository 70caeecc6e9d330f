#include "script/secret_names.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace switchhook::script {
namespace {

// Without what stands between words: "API-Key", "api_key" and "apiKey" are one.
constexpr std::array<std::string_view, 4> passwords = {"password", "passwd", "passphrase", "pwd"};
constexpr std::array<std::string_view, 7> keys = {"secret", "token",     "credential", "authorization",
                                                  "apikey", "accesskey", "privatekey"};

std::string plain(std::string_view name) {
    std::string text;
    for (unsigned char c : name)
        if (std::isalnum(c) != 0) text += static_cast<char>(std::tolower(c));
    return text;
}

}  // namespace

SecretKind secret_kind(std::string_view name) {
    auto is_its_end = [text = plain(name)](std::string_view word) { return text.ends_with(word); };
    if (std::ranges::any_of(passwords, is_its_end)) return SecretKind::password;
    return std::ranges::any_of(keys, is_its_end) ? SecretKind::key : SecretKind::none;
}

bool speaks_of_a_secret(std::string_view name) {
    auto is_in_it = [text = plain(name)](std::string_view word) { return text.find(word) != std::string::npos; };
    return std::ranges::any_of(passwords, is_in_it) || std::ranges::any_of(keys, is_in_it);
}

}  // namespace switchhook::script
