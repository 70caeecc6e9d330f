#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

using Rooms = std::set<std::string>;

// Which rooms a room may include, beside itself.
const std::map<std::string, Rooms> arrows = {
    {"core", {}},
    {"net", {"core"}},
    {"twiml", {"core"}},
    {"audio", {"core"}},
    {"script", {"core"}},
    {"store", {"core"}},
    {"twilio", {"net", "twiml", "audio", "core"}},
    {"openai", {"net", "audio", "core"}},
    {"session", {"twilio", "openai", "script", "store", "net", "twiml", "audio", "core"}},
    {"sim", {"twilio", "openai", "script", "store", "net", "twiml", "audio", "core"}},
    {"app", {"sim", "session", "twilio", "openai", "script", "store", "net", "twiml", "audio", "core"}},
};

// Libraries that one room hides from the others, by how their headers begin.
struct Hidden {
    std::string begins;
    std::string room;
};
const std::vector<Hidden> hidden = {
    {"lua", "script"}, {"lauxlib", "script"}, {"lualib", "script"}, {"luajit", "script"}, {"boost/beast", "net"},
};

// What is wrong with one include, or nothing.
std::optional<std::string> problem_of(const std::string& room, const std::string& header, bool in_quotes) {
    if (in_quotes) {
        auto slash = header.find('/');
        auto other = header.substr(0, slash);
        if (slash == std::string::npos) return "write the room: \"" + room + "/" + header + "\"";
        if (other == room) return std::nullopt;
        if (!arrows.contains(other)) return "there is no room `" + other + "`";
        if (!arrows.at(room).contains(other)) return "`" + room + "` may not include `" + other + "`";
        return std::nullopt;
    }
    for (const auto& library : hidden)
        if (header.starts_with(library.begins) && room != library.room)
            return "only `" + library.room + "` may include <" + header + ">";
    return std::nullopt;
}

// Every include below `engine` that follows no arrow, as "room/file.cpp:12: what is wrong", in order. What lies in
// no room is not looked at: it compiles libraries.
std::vector<std::string> wrong_includes(const fs::path& engine) {
    static const std::regex include(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"].*)re");
    std::vector<std::string> wrong;
    std::set<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(engine))
        if (auto extension = entry.path().extension(); extension == ".cpp" || extension == ".hpp" || extension == ".h")
            files.insert(fs::relative(entry.path(), engine));
    for (const auto& file : files) {
        if (!file.has_parent_path()) continue;
        auto room = file.begin()->string();
        if (!arrows.contains(room)) {
            wrong.push_back(file.string() + ":1: there is no room `" + room + "`");
            continue;
        }
        std::ifstream text(engine / file);
        std::string line;
        for (int number = 1; std::getline(text, line); ++number) {
            std::smatch match;
            if (!std::regex_match(line, match, include)) continue;
            if (auto problem = problem_of(room, match[2], match[1] == "\""))
                wrong.push_back(file.string() + ":" + std::to_string(number) + ": " + *problem);
        }
    }
    return wrong;
}

// A tree of sources of a test's own, gone with the test.
class Architecture : public testing::Test {
protected:
    void SetUp() override {
        auto pattern = (fs::temp_directory_path() / "switchhook-rooms-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        tree = pattern;
    }
    void TearDown() override { fs::remove_all(tree); }

    void write(const std::string& path, const std::string& text) const {
        fs::create_directories((tree / path).parent_path());
        std::ofstream(tree / path) << text;
    }

    fs::path tree;
};

}  // namespace

TEST_F(Architecture, HasNoArrowButTheAllowedOnes) {
    EXPECT_THAT(wrong_includes(fs::path(SOURCE_DIR) / "engine"), IsEmpty());
}

TEST_F(Architecture, LooksAtTheWholeEngine) {
    for (const auto& [room, allowed] : arrows)
        for (const auto& other : allowed) EXPECT_TRUE(arrows.contains(other)) << room << " -> " << other;
    for (const char* room : {"core", "net", "twiml", "script", "store", "twilio", "session", "sim", "app"})
        EXPECT_TRUE(fs::is_directory(fs::path(SOURCE_DIR) / "engine" / room)) << room;
}

TEST_F(Architecture, TakesArrowsThatPointDown) {
    write("session/call.cpp", "#include \"session/call.hpp\"\n#include \"twilio/call.hpp\"\n#include <vector>\n");
    write("script/state.cpp", "#include \"core/ask.hpp\"\n\n#include <lua.hpp>\n");
    write("net/server.cpp", "#include <boost/beast/http.hpp>\n");
    write("asio.cpp", "#include <boost/beast/src.hpp>\n");
    write("script/notes.txt", "#include \"app/engine.hpp\"\n");
    EXPECT_THAT(wrong_includes(tree), IsEmpty());
}

TEST_F(Architecture, NamesFileAndLineOfAnArrowThatPointsUpOrAcross) {
    write("core/ask.hpp", "#pragma once\n\n#include \"net/http.hpp\"\n");
    write("store/memory.cpp", "// Why.\n#include \"core/store.hpp\"\n  #  include \"script/flow.hpp\"\n");
    write("twilio/deep/call.cpp", "#include \"openai/link.hpp\"\n");
    EXPECT_THAT(wrong_includes(tree), ElementsAre("core/ask.hpp:3: `core` may not include `net`",
                                                  "store/memory.cpp:3: `store` may not include `script`",
                                                  "twilio/deep/call.cpp:1: `twilio` may not include `openai`"));
}

TEST_F(Architecture, KeepsLuaInScriptAndBeastInNet) {
    write("session/call.cpp", "#include <lua.hpp>\n#include <luajit-2.1/luajit.h>\n");
    write("twilio/call.cpp", "#include <boost/asio.hpp>\n#include <boost/beast/http.hpp>\n");
    EXPECT_THAT(wrong_includes(tree), ElementsAre("session/call.cpp:1: only `script` may include <lua.hpp>",
                                                  "session/call.cpp:2: only `script` may include <luajit-2.1/luajit.h>",
                                                  "twilio/call.cpp:2: only `net` may include <boost/beast/http.hpp>"));
}

TEST_F(Architecture, WantsEveryIncludeOfOursToNameItsRoom) {
    write("net/server.cpp", "#include \"server.hpp\"\n#include \"helpers/strings.hpp\"\n");
    write("helpers/strings.cpp", "\n");
    EXPECT_THAT(wrong_includes(tree), ElementsAre("helpers/strings.cpp:1: there is no room `helpers`",
                                                  "net/server.cpp:1: write the room: \"net/server.hpp\"",
                                                  "net/server.cpp:2: there is no room `helpers`"));
}
