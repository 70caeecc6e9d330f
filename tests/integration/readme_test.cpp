// The commands that the READMEs show are commands that there are.
#include "integration/engine_fixture.hpp"

#include <set>
#include <sstream>

using namespace switchhook;
using namespace switchhook::tests;
using testing::HasSubstr;

namespace {

using Words = std::vector<std::string>;

Words words_of(const std::string& line) {
    std::istringstream in(line);
    Words words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

class Readme : public EngineTest {
protected:
    // The commands in the blocks of shell and in the text, each from its program's name on.
    static std::vector<Words> commands_of(const std::string& path) {
        std::vector<Words> commands;
        std::istringstream file(read_file(std::filesystem::path(SOURCE_DIR) / path));
        bool in_block = false;
        std::string line;
        while (std::getline(file, line)) {
            if (line.find("```") != std::string::npos) {
                in_block = line.ends_with("```sh");
                continue;
            }
            for (std::string more; in_block && line.ends_with('\\') && std::getline(file, more);)
                line = line.substr(0, line.size() - 1) + more;
            if (in_block) {
                auto words = words_of(line);
                auto program = std::find_if(words.begin(), words.end(), [](const std::string& word) {
                    return word.find('=') == std::string::npos;  // settings come before it
                });
                if (program != words.end()) commands.emplace_back(program, words.end());
            }
            static const std::regex quoted("`(switchhook [^`]*)`");
            for (std::sregex_iterator at(line.begin(), line.end(), quoted), end; at != end; ++at)
                commands.push_back(words_of((*at)[1]));
        }
        return commands;
    }

    // What the program says about a command.
    const std::string& help_for(const Words& command) {
        Words names;
        if (command.size() > 1 && !command[1].starts_with("-")) names.push_back(command[1]);
        if (command.size() > 2 && command[1] == "sim" && command[2] == "model") names.push_back(command[2]);
        auto [help, made] = help_.try_emplace(names);
        if (!made) return help->second;
        auto asked = names;
        asked.push_back("--help");
        auto ran = run_switchhook(asked);
        EXPECT_EQ(ran.exit_code, 0) << testing::PrintToString(command) << ": " << ran.err;
        return help->second = ran.out;
    }

    std::map<Words, std::string> help_;
};

}  // namespace

TEST_F(Readme, NamesCommandsAndFlagsThatThereAre) {
    std::set<std::string> named;
    const auto dev = read_file(SOURCE_DIR "/dev");
    for (const char* path : {"README.md", "engine/README.md", "scripts/README.md", "flows/README.md",
                             "flows/avnz/README.md", "flows/concya/README.md", "flows/lexi/README.md"}) {
        for (const auto& command : commands_of(path)) {
            const auto shown = std::string(path) + ": " + testing::PrintToString(command);
            if (command[0] == "./dev") {
                ASSERT_GE(command.size(), 2U) << shown;
                EXPECT_THAT(dev, HasSubstr("\n  " + command[1] + ")")) << shown;
                continue;
            }
            if (!command[0].ends_with("switchhook")) {
                if (std::string_view(path).starts_with("flows/")) continue;  // guide_test.cpp runs all that they show
                ADD_FAILURE() << shown << ": not a program of this project";
                continue;
            }
            if (command.size() > 1) named.insert(command[1]);
            const auto& help = help_for(command);
            for (const auto& word : command) {
                if (!word.starts_with("--")) continue;
                EXPECT_THAT(help, HasSubstr(word.substr(0, word.find('=')))) << shown;
            }
        }
    }
    for (const char* name : {"new", "serve", "check", "test", "eval", "call", "flows", "demo", "sim"})
        EXPECT_TRUE(named.contains(name)) << name << " is in no README";
}
