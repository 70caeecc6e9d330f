// What an editor with the Lua language server shows of the engine's words: completion, hover, types.
#include "core/json.hpp"
#include "script/annotations.hpp"
#include "script/embedded.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace switchhook;
using namespace switchhook::script;

namespace {

namespace fs = std::filesystem;

const fs::path root = SOURCE_DIR;

// The files whose functions flows call; the others hold what these are made of.
bool is_for_flows(const std::string& module) {
    return std::set<std::string>{"agent", "call", "hours", "ivr", "sms", "words"}.contains(module);
}

core::Json settings_in(const fs::path& folder) {
    std::ifstream file(folder / ".luarc.json");
    EXPECT_TRUE(file) << folder;
    return core::Json::parse(file);
}

}  // namespace

TEST(Editor, ShowsWhatEveryFunctionDoesAndTakes) {
    for (const auto& function : Annotations::embedded().functions()) {
        if (!is_for_flows(function.module)) continue;
        EXPECT_NE(function.about, "") << function.module << ".lua: " << function.name << " is not documented";
        for (const auto& parameter : function.parameters)
            EXPECT_NE(parameter.type.text, "") << function.name << ": " << parameter.name << " has no type";
        for (const auto& result : function.results) EXPECT_NE(result.type.text, "") << function.name;
    }
}

TEST(Editor, ShowsTheTypeOfEveryField) {
    for (const auto& rules : Annotations::embedded().classes())
        for (const auto& field : rules->fields)
            EXPECT_NE(field.type.text, "") << rules->name << "." << field.name << " has no type";
}

// `---@param` and the parameters themselves must say the same, or hover text lies.
TEST(Editor, NamesParametersAsTheFunctionsDo) {
    for (const auto& script : embedded_scripts()) {
        if (!is_for_flows(std::string(script.name))) continue;
        std::string text(script.text), line;
        std::istringstream lines(text);
        std::vector<std::string> annotated;
        for (int number = 1; std::getline(lines, line); ++number) {
            if (line.starts_with("---@param ")) {
                auto name = line.substr(10, line.find(' ', 10) - 10);
                if (name.ends_with('?')) name.pop_back();
                annotated.push_back(name);
            } else if (!line.starts_with("---")) {
                auto open = line.find('('), close = line.find(')');
                bool function = line.starts_with("function ") || line.starts_with("local function ");
                if (function && !annotated.empty() && open != line.npos && close != line.npos) {
                    std::string wanted;
                    for (const auto& name : annotated) wanted += (wanted.empty() ? "" : ", ") + name;
                    EXPECT_EQ(line.substr(open + 1, wanted.size()), wanted) << script.name << ".lua:" << number;
                }
                annotated.clear();
            }
        }
    }
}

// Wherever a folder of the repository is opened, the server finds the engine's scripts and takes their words for known.
TEST(Editor, NeedsNoSettingUp) {
    for (const auto* folder : {"flows", "examples", "."}) {
        auto settings = settings_in(root / folder);
        EXPECT_EQ(settings["runtime.version"], "LuaJIT") << folder;
        for (const auto& library : settings["workspace.library"])
            EXPECT_TRUE(fs::exists(root / folder / library.get<std::string>() / "call.lua")) << folder;
        std::set<std::string> known;
        for (const auto& word : settings["diagnostics.globals"]) known.insert(word.get<std::string>());
        for (const auto* word : {"at", "call", "carrier", "clock", "cost", "dial", "engine", "evaluation", "network",
                                 "never", "queue", "refer", "store", "test", "texter"})
            EXPECT_TRUE(known.contains(word)) << folder << ": " << word;
    }
}
