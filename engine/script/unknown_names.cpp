#include "core/did_you_mean.hpp"
#include "script/code_rules.hpp"
#include "script/read_only.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace switchhook::script {
namespace {

using Kind = LuaNode::Kind;

// All that a flow finds without declaring it.
constexpr std::array<std::string_view, 34> globals = {
    "_G",     "_VERSION", "agent",    "assert",   "bit",     "coroutine", "error",        "getmetatable", "http",
    "ipairs", "json",     "kv",       "log",      "math",    "next",      "os",           "pairs",        "pcall",
    "print",  "rawequal", "rawget",   "rawset",   "require", "select",    "setmetatable", "sleep",        "sms",
    "string", "table",    "tonumber", "tostring", "type",    "unpack",    "xpcall"};

// What editors for letters put in place of plain quotes, and a blank that only looks like one.
constexpr std::array<std::string_view, 8> curly_quotes = {"“", "”", "„", "‘", "’", "‚", "«", "»"};
constexpr std::string_view hard_blank = "\u00a0";

std::string fix_of_foreign_letters(const std::string& name) {
    for (auto quote : curly_quotes)
        if (name.find(quote) != name.npos) return "a text stands in straight quotes: \"Hello\"";
    if (name.find(hard_blank) != name.npos) return "the blank there only looks like one: type it anew";
    return {};
}

class UnknownNames {
public:
    UnknownNames(const ReadFlow& flow, Findings& findings) : findings_(findings) {
        for (const auto& module : Annotations::embedded().modules()) modules_.push_back(module.name);
        std::erase_if(modules_, [](const auto& name) { return name == "call" || name.starts_with("test"); });
        for (const auto& file : flow.code.files()) {
            note_locals(file.tree);
            visit(file, file.tree);
            locals_.clear();
        }
    }

private:
    void note_locals(const LuaNode& tree) {
        walk(tree, [&](const LuaNode& node) {
            if (node.is(Kind::names))
                for (const auto& name : node.parts) locals_.try_emplace(name.text, name.line);
            if (node.is(Kind::local_function)) locals_.try_emplace(node.parts[0].text, node.line);
            return true;
        });
    }

    void visit(const CodeFile& file, const LuaNode& node) {
        if (node.is(Kind::names)) return;
        if (node.is(Kind::name)) return read({&file, &node});
        if (node.is(Kind::local_function)) return visit(file, node.parts[1]);
        if (node.is(Kind::assignment)) {
            for (std::size_t i = 0; i < node.parts[0].parts.size(); ++i) {
                const auto& target = node.parts[0].parts[i];
                if (!target.is(Kind::name))
                    visit(file, target);
                else if (is_unknown(file, target))
                    assigned({&file, &target}, node.parts[1], i);
            }
            return visit(file, node.parts[1]);
        }
        for (const auto& part : node.parts) visit(file, part);
    }

    static bool is_unknown(const CodeFile& file, const LuaNode& name) {
        return file.names.of(name) == nullptr && std::ranges::find(globals, name.text) == globals.end();
    }

    void assigned(Code at, const LuaNode& values, std::size_t index) {
        const auto& name = at.node->text;
        bool function = index < values.parts.size() && values.parts[index].is(Kind::function);
        findings_.add("unknown-name", at, "`" + name + "` is not declared",
                      function ? "write `local function " + name + "(…)`" : "write `local " + name + " = …`");
    }

    void read(Code at) {
        if (!is_unknown(*at.file, *at.node)) return;
        const auto& name = at.node->text;
        if (auto instead = instead_of_global(name); !instead.empty())
            return findings_.add("unknown-name", at, "`" + name + "` is not available in flows", std::string(instead));
        findings_.add("unknown-name", at, "`" + name + "` is not defined", fix_of(name));
    }

    std::string fix_of(const std::string& name) const {
        if (auto fix = fix_of_foreign_letters(name); !fix.empty()) return fix;
        if (std::ranges::find(modules_, name) != modules_.end())
            return "write `local " + name + " = require \"" + name + "\"` at the top of the file";
        if (auto local = locals_.find(name); local != locals_.end())
            return "the one in line " + std::to_string(local->second) + " is not known here: declare it above, outside";
        std::vector<std::string> known(globals.begin(), globals.end());
        known.insert(known.end(), modules_.begin(), modules_.end());
        for (const auto& [local, line] : locals_) known.push_back(local);
        auto meant = core::closest(name, known);
        return meant.empty() ? "a text stands in quotes: \"" + name +
                                   "\"; a value of your own is declared first: `local " + name + " = …`"
                             : "did you mean `" + meant + "`?";
    }

    Findings& findings_;
    std::vector<std::string> modules_;
    std::map<std::string, int> locals_;  // of the file, with the line where each is declared first
};

}  // namespace

void find_unknown_names(const ReadFlow& flow, Findings& findings) {
    UnknownNames(flow, findings);
}

}  // namespace switchhook::script
