// What flows/README.md and the READMEs beside the flows show is done here, block by block, as their readers do it.
#include "integration/shell.hpp"
#include "script/flows_folder.hpp"

#include <gtest/gtest.h>

#include <sstream>

using namespace switchhook;
using namespace switchhook::tests;

namespace {

namespace fs = std::filesystem;

struct Block {
    std::string where;  // "flows/README.md:31"
    std::string language;
    std::string text;
};

std::vector<Block> blocks_of(const std::string& readme) {
    std::istringstream file(read_file(fs::path(SOURCE_DIR) / readme));
    std::vector<Block> blocks;
    std::string line;
    bool inside = false;
    for (int number = 1; std::getline(file, line); ++number) {
        if (line.starts_with("```")) {
            inside = !inside;
            if (inside) blocks.push_back({readme + ":" + std::to_string(number + 1), line.substr(3), ""});
        } else if (inside) {
            blocks.back().text += line + "\n";
        }
    }
    return blocks;
}

// A folder in which a reader follows a README.
class Reader {
public:
    void follow(const std::string& readme) {
        for (const auto& block : blocks_of(readme)) {
            if (block.language == "lua")
                write(block);
            else if (block.language == "sh")
                run(block, block.text);
            else if (block.language == "text")
                expect_said(block);
            else
                ADD_FAILURE() << block.where << ": nobody runs a block of `" << block.language << "`";
        }
    }
    // Puts the repository's own flows there first.
    void have_flows() const {
        fs::copy(fs::path(SOURCE_DIR) / "flows", folder_ / "flows", fs::copy_options::recursive);
    }

private:
    // A file, by the path in its first line. Tests are run at once, numbers and evaluations checked.
    void write(const Block& block) {
        auto path = block.text.substr(0, block.text.find('\n'));
        ASSERT_TRUE(path.starts_with("-- flows/") && path.ends_with(".lua"))
            << block.where << ": begins with no file's name";
        path = path.substr(3);
        folder_.write(path, block.text);
        if (path.ends_with("/flow_test.lua") || path.ends_with("/flow_eval.lua"))
            run(block, "switchhook test " + fs::path(path).parent_path().filename().string());
        else if (path == "flows/numbers.lua")
            run(block, "switchhook check numbers.lua");
    }
    void run(const Block& block, const std::string& lines) {
        auto ran = run_in_shell(folder_.root(), lines);
        EXPECT_EQ(ran.exit_code, 0) << block.where << ":\n" << lines << "\n" << ran.out;
        said_ = ran.out;
    }
    // Each line of the block is part of what the block before it said, in order.
    void expect_said(const Block& block) {
        std::istringstream lines(block.text);
        std::size_t from = 0;
        for (std::string line; std::getline(lines, line);) {
            auto found = said_.find(line, from);
            ASSERT_NE(found, std::string::npos) << block.where << ": `" << line << "` is not in:\n" << said_;
            from = found + line.size();
        }
    }

    script::FlowsFolder folder_;
    std::string said_;
};

}  // namespace

TEST(Guide, LeadsItsReadersWhereItSays) {
    EXPECT_GE(blocks_of("flows/README.md").size(), 25U);
    Reader().follow("flows/README.md");
}

TEST(Guide, OfEachBusinessShowsNumbersAndCommandsThatWork) {
    for (const char* business : {"avnz", "concya", "lexi"}) {
        auto readme = std::string("flows/") + business + "/README.md";
        EXPECT_GE(blocks_of(readme).size(), 2U) << readme;
        Reader reader;
        reader.have_flows();
        reader.follow(readme);
    }
}
