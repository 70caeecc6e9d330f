#include "script/folder_check.hpp"

#include "script/flows_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook::script;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace {

class CheckFolder : public testing::Test {
protected:
    CheckFolder() {
        folder_.write("numbers.lua", "return { ['+15550100'] = 'shop', ['+15550101'] = 'desk' }");
        folder_.write("shop/flow.lua", "return { on_call = function(call) call:say('Hi') end }");
        folder_.write("desk/flow.lua", "return { on_call = function(call) call:say('Hi') end }");
    }

    std::vector<std::string> texts(const std::set<std::filesystem::path>& paths = {}) const {
        auto found = check_folder({.root = folder_.root()}, paths);
        std::vector<std::string> all;
        for (const auto& problem : found.problems) all.push_back(problem.text());
        for (const auto& remark : found.remarks) all.push_back(remark.text());
        return all;
    }

    FlowsFolder folder_;
};

}  // namespace

TEST_F(CheckFolder, FindsNothingWrongInWhatIsRight) {
    EXPECT_THAT(texts(), IsEmpty());
}

TEST_F(CheckFolder, TellsWhatKeepsAFlowFromGoingLiveFirst) {
    folder_.write("desk/flow.lua", "return { on_call = function(call)\ncall:hangup()\ncall:say('Bye') end }");
    folder_.write("shop/flow.lua", "return { on_call = function(call)\ncall:gahter {} end }");
    EXPECT_THAT(texts(), ElementsAre("shop/flow.lua:2: a call has no `gahter`: did you mean `gather`? [unknown-verb]",
                                     HasSubstr("desk/flow.lua:3: this never runs")));
    EXPECT_THAT(texts({"desk"}), ElementsAre(HasSubstr("desk/flow.lua:3: this never runs")));
    EXPECT_THAT(texts({"numbers.lua"}), IsEmpty());
}

TEST_F(CheckFolder, TellsMoreOfAFlowThatDoesNotLoad) {
    folder_.write("desk/flow.lua",
                  "return { on_cal = 5, on_call = function(call)\ncall:hangup()\ncall:say('Bye') end }");
    EXPECT_THAT(texts(), ElementsAre(HasSubstr("desk/flow.lua:1: a flow has no `on_cal`"),
                                     HasSubstr("desk/flow.lua:3: this never runs")));
}

TEST_F(CheckFolder, TellsOfASharedModuleInTheFlowsThatUseIt) {
    folder_.write("shared/bye.lua", "return function(call)\ncall:hangup()\ncall:say('Bye') end");
    folder_.write("shop/flow.lua", "local bye = require 'bye'\nreturn { on_call = function(call) bye(call) end }");
    EXPECT_THAT(texts({"shared/bye.lua"}), ElementsAre(HasSubstr("shared/bye.lua:3: this never runs")));
    EXPECT_THAT(texts({"shared"}), ElementsAre(HasSubstr("shared/bye.lua:3: this never runs")));
    EXPECT_THAT(texts({folder_.root() / "shared/bye.lua"}), SizeIs(1));
    EXPECT_THAT(texts({"desk"}), IsEmpty());
}

TEST_F(CheckFolder, FindsWhatANumberDoesNotGiveItsFlow) {
    folder_.write("shop/flow.lua", "return { on_call = function(call)\ncall:dial(call.settings.desk) end }");
    folder_.write("numbers.lua",
                  "return {\n['+15550100'] = 'shop',\n"
                  "['+15550101'] = { flow = 'shop', settings = { desk = '+15550109' } } }");
    EXPECT_THAT(texts(),
                ElementsAre("numbers.lua:2: +15550100 has no setting `desk`, which shop/flow.lua:2 reads: write "
                            "settings = { desk = … }, here or in the flow [missing-setting]"));
}

TEST_F(CheckFolder, FindsTheMistakesOfNumbers) {
    folder_.write("numbers.lua", "return {\n['+15550100'] = 'shop',\n['+15550100'] = 'desk' }");
    EXPECT_THAT(texts(), ElementsAre("numbers.lua:3: \"+15550100\" stands twice in one table, first in line 2: remove "
                                     "one of the two"));
    folder_.write("numbers.lua", "return {\n['555 0100'] = 'shop' }");
    EXPECT_THAT(texts(), ElementsAre(HasSubstr("numbers.lua:2: \"555 0100\" is no phone number in E.164")));
    folder_.write("numbers.lua",
                  "return {\n['+15550100'] = { flow = 'shop', settings = {\n"
                  "api_key = 'sk-proj-4f9aKq27Zx81LmTr05Wv' } } }");
    EXPECT_THAT(texts(), ElementsAre(HasSubstr("numbers.lua:3: an API key is written into this file")));
    folder_.write("shop/flow.lua", "return { fallback = {\ndial = '555' }, on_call = function() end }");
    EXPECT_THAT(texts({"shop"}), ElementsAre(HasSubstr("shop/flow.lua:2: `fallback.dial` is not a phone number")));
}
