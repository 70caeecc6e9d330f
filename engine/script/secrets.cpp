#include "core/phone_number.hpp"
#include "script/code_rules.hpp"
#include "script/secret_names.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>

namespace switchhook::script {
namespace {

using Kind = LuaNode::Kind;

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool is_key_letter(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

// The letters of a key that follow `at`.
std::string_view run_at(std::string_view text, std::size_t at, bool (*belongs)(char)) {
    auto end = at;
    while (end < text.size() && belongs(text[end])) ++end;
    return text.substr(at, end - at);
}

// Whether it looks drawn by lot, not typed as a placeholder: "00000000", "xxxxxxxx".
bool is_random(std::string_view text) {
    std::set<char> different(text.begin(), text.end());
    bool digit = std::ranges::any_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
    return different.size() >= 6 && digit;
}

struct KeyShape {
    std::string_view begins;
    std::size_t at_least;  // letters behind that
    std::string_view what;
};

// As their makers write them, so that they can be told.
constexpr std::array<KeyShape, 12> shapes = {{
    {"sk-", 20, "an API key"},
    {"sk_live_", 16, "an API key"},
    {"rk_live_", 16, "an API key"},
    {"ghp_", 30, "a GitHub token"},
    {"github_pat_", 30, "a GitHub token"},
    {"xoxb-", 20, "a Slack token"},
    {"xoxp-", 20, "a Slack token"},
    {"AIza", 30, "a Google API key"},
    {"AKIA", 16, "an AWS access key"},
    {"whsec_", 16, "a webhook's secret"},
    {"SG.", 20, "a SendGrid key"},
    {"KEY0", 20, "a Telnyx key"},
}};

// What kind of secret a text holds, wherever it stands; nothing where it holds none.
std::optional<std::string> secret_in(std::string_view text) {
    for (const auto& shape : shapes)
        for (auto at = text.find(shape.begins); at != std::string_view::npos; at = text.find(shape.begins, at + 1)) {
            if (at > 0 && is_key_letter(text[at - 1])) continue;
            auto key = run_at(text, at + shape.begins.size(), is_key_letter);
            if (key.size() >= shape.at_least && is_random(key)) return std::string(shape.what);
        }
    if (text.find("-----BEGIN ") != std::string_view::npos && text.find("PRIVATE KEY-----") != std::string_view::npos)
        return "a private key";
    for (std::string_view scheme : {"Bearer ", "Basic "}) {
        auto at = text.find(scheme);
        if (at == std::string_view::npos) continue;
        auto token = run_at(text, at + scheme.size(),
                            [](char c) { return is_key_letter(c) || c == '.' || c == '=' || c == '/' || c == '+'; });
        if (token.size() >= 12 && is_random(token)) return "a token for `Authorization`";
    }
    // Twilio's auth token, alone or behind its account; an account alone is no secret.
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!is_hex(text[at]) || (at > 0 && is_key_letter(text[at - 1]))) continue;
        auto token = run_at(text, at, is_key_letter);
        if (token.size() == 32 && std::ranges::all_of(token, is_hex) && is_random(token)) return "an auth token";
        at += token.size();
    }
    auto scheme = text.find("://");
    if (scheme != std::string_view::npos) {
        auto host = text.substr(scheme + 3, text.find('/', scheme + 3) - scheme - 3);
        auto at = host.find('@'), colon = host.find(':');
        if (at != std::string_view::npos && colon < at && at - colon > 1) return "a password in an address";
    }
    return std::nullopt;
}

// What a value is by the name that it is given to.
std::optional<std::string> secret_named(std::string_view name, std::string_view value) {
    bool blank = value.find_first_of(" \t\n:<{") != std::string_view::npos;  // a sentence, a notation, a placeholder
    if (blank || core::is_e164(value)) return std::nullopt;
    const auto kind = secret_kind(name);
    if (kind == SecretKind::password && value.size() >= 4) return "a password";
    if (kind == SecretKind::key && value.size() >= 12 && is_random(value)) return "a key";
    return std::nullopt;
}

class Secrets {
public:
    Secrets(const Source& source, Findings& findings) : source_(source), findings_(findings) {}

    void look(const LuaNode& node, bool notation) {
        if (node.is(Kind::string)) return text(node);
        if (node.is(Kind::pair) && node.parts[0].is(Kind::string)) {
            // What the parameters of a tool are called is no value.
            if (node.parts[0].text == "params") notation = true;
            if (!notation) named(node.parts[0].text, node.parts[1]);
        } else if (node.is(Kind::local) || node.is(Kind::assignment)) {
            for (std::size_t i = 0; i < std::min(node.parts[0].parts.size(), node.parts[1].parts.size()); ++i) {
                const auto& target = node.parts[0].parts[i];
                if (target.is(Kind::name)) named(target.text, node.parts[1].parts[i]);
                if (target.is(Kind::index) && target.parts[1].is(Kind::string))
                    named(target.parts[1].text, node.parts[1].parts[i]);
            }
        }
        for (const auto& part : node.parts) look(part, notation);
    }

private:
    void text(const LuaNode& node) {
        if (auto what = secret_in(node.text)) report(node, *what);
    }

    void named(const std::string& name, const LuaNode& value) {
        const auto& node = bare(value);
        if (!node.is(Kind::string) || secret_in(node.text)) return;
        if (auto what = secret_named(name, node.text)) report(node, *what);
    }

    void report(const LuaNode& node, const std::string& what) {
        findings_.add("secret", source_, node.line,
                      what + " is written into this file, where everybody who reads it has it",
                      "change it, keep the new one out of the files, and read it from `call.settings`");
    }

    const Source& source_;
    Findings& findings_;
};

}  // namespace

void find_secrets(const Source& source, const LuaNode& tree, Findings& findings) {
    Secrets(source, findings).look(tree, false);
}

}  // namespace switchhook::script
