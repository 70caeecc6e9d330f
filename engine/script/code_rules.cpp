#include "script/code_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace switchhook::script {
namespace {

constexpr std::array<CodeRule, 15> rules = {{
    {"unknown-verb", Severity::fatal, "a verb, function or field that does not exist"},
    {"unknown-name", Severity::fatal, "a name that nobody declares, as that of a text without its quotes"},
    {"option", Severity::fatal, "an option that does not exist, is missing, or has a wrong type or value"},
    {"phone-number", Severity::fatal, "a number that is not in E.164, as +15551230100"},
    {"wrong-place", Severity::fatal, "a verb where it cannot work, as gather in on_call_ended"},
    {"missing-setting", Severity::error, "a setting that is read, and that neither flow nor number has"},
    {"operator", Severity::error, "an operator that texts do not have, as + where two are joined with .."},
    {"unreachable", Severity::error, "code that never runs, as after hangup"},
    {"tool", Severity::error, "an assistant's tool whose run reads what its params do not have"},
    {"dead-end", Severity::error, "a prompt that a caller cannot answer, or a silent caller never leaves"},
    {"secret", Severity::error, "a key, token or password that is written into a file"},
    {"unused-parameter", Severity::warning, "a parameter of a tool that its run never reads"},
    {"voice", Severity::warning, "a voice that the carrier does not have, or not in that language"},
    {"language", Severity::warning, "a language that the carrier does not have"},
    {"sms-length", Severity::warning, "a text that one character makes several messages long"},
}};

// The names in "-- check: allow voice, secret"; none where the line says nothing of the kind.
std::set<std::string, std::less<>> names_allowed(std::string_view line) {
    std::set<std::string, std::less<>> names;
    auto comment = line.find("--");
    if (comment == std::string_view::npos) return names;
    constexpr std::string_view words = "check: allow ";
    auto at = line.find(words, comment);
    if (at == std::string_view::npos) return names;
    at += words.size();
    for (;;) {
        std::string name;
        while (at < line.size() && (std::isalpha(static_cast<unsigned char>(line[at])) || line[at] == '-'))
            name += line[at++];
        if (!name.empty()) names.insert(name);
        if (at >= line.size() || line[at] != ',') return names;
        ++at;
        while (at < line.size() && line[at] == ' ') ++at;
    }
}

bool is_only_a_comment(std::string_view line) {
    auto begin = line.find_first_not_of(" \t");
    return begin != std::string_view::npos && line.substr(begin).starts_with("--");
}

}  // namespace

std::string CodeProblem::text() const {
    auto marked = problem;
    if (severity == Severity::warning) marked.what = "warning: " + marked.what;
    return marked.text() + " [" + rule + "]";
}

std::span<const CodeRule> code_rules() {
    return rules;
}

bool Findings::is_allowed(const Source& source, int line, std::string_view rule) {
    auto [known, added] = allowed_.try_emplace(source.path);
    auto& by_line = known->second;
    if (added) {
        std::string_view text = source.text;
        for (int number = 1; !text.empty(); ++number) {
            auto end = std::min(text.find('\n'), text.size());
            auto names = names_allowed(text.substr(0, end));
            if (!names.empty()) by_line[is_only_a_comment(text.substr(0, end)) ? number + 1 : number].merge(names);
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    }
    auto found = by_line.find(line);
    return found != by_line.end() && found->second.contains(rule);
}

void Findings::add(std::string_view name, const Source& source, int line, std::string what, std::string fix) {
    auto rule = std::ranges::find(rules, name, &CodeRule::name);
    if (rule == rules.end()) throw std::logic_error("there is no rule " + std::string(name));
    if (is_allowed(source, line, name)) return;
    problems_.push_back({{source.path, line, std::move(what), std::move(fix)}, std::string(name), rule->severity});
}

CodeProblems Findings::take() {
    auto place = [](const CodeProblem& one) { return std::tie(one.problem.file, one.problem.line, one.problem.what); };
    std::stable_sort(problems_.begin(), problems_.end(),
                     [&](const auto& a, const auto& b) { return place(a) < place(b); });
    auto same = [&](const auto& a, const auto& b) { return place(a) == place(b); };
    problems_.erase(std::unique(problems_.begin(), problems_.end(), same), problems_.end());
    return std::move(problems_);
}

}  // namespace switchhook::script
