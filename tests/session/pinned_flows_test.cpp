#include "session/pinned_flows.hpp"

#include "script/flows_folder.hpp"
#include "session/session_fixture.hpp"
#include "store/memory_versions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::session;
using testing::HasSubstr;

namespace {

// A shop whose folder has held three versions, each saying another word.
class PinnedFlowsTest : public testing::Test, protected World {
protected:
    using Found = core::Result<std::shared_ptr<const script::Live>>;

    void SetUp() override {
        folder.write("numbers.lua", "return { ['+15550100'] = 'shop' }");
        for (int i = 0; i < 3; ++i) versions.push_back(save("word " + std::to_string(i)));
    }
    std::string save(const std::string& word) {
        folder.write("shop/flow.lua",
                     "local words = require 'greetings'\nreturn { settings = { word = words.greeting }, "
                     "on_call = function(call) call:say(words.greeting) end }");
        folder.write("shop/greetings.lua", "return { greeting = '" + word + "' }");
        auto problems = library.refresh();
        EXPECT_TRUE(problems.empty()) << script::lines(problems);
        return library.flow("shop")->version();
    }
    Found find(const std::string& version) {
        return tests::run(context, pinned.find("shop", version, {{"word", "its own"}}));
    }

    script::FlowsFolder folder;
    store::MemoryStore kept{clock};
    store::MemoryVersions kept_versions{kept};
    script::FlowLibrary library{{.root = folder.root(), .versions = &kept_versions}, clock, lines.log, metrics};
    PinnedFlows pinned{library, kept, {}, lines.log};
    std::vector<std::string> versions;
};

}  // namespace

TEST_F(PinnedFlowsTest, GivesTheLiveFlowWhereThatIsTheVersion) {
    auto found = find(versions[2]);
    EXPECT_EQ((*found)->flow, library.flow("shop"));
    EXPECT_EQ((*found)->settings["word"], "its own");
}

TEST_F(PinnedFlowsTest, CompilesAnEarlierVersionFromItsSourcesOnce) {
    auto found = find(versions[0]);
    EXPECT_EQ((*found)->flow->version(), versions[0]);
    EXPECT_EQ((*found)->flow->settings()["word"], "word 0");
    EXPECT_EQ((*found)->settings["word"], "its own");
    EXPECT_EQ((*find(versions[0]))->flow, (*found)->flow);
}

TEST_F(PinnedFlowsTest, CompilesOnceForCallsThatWaitTogether) {
    tests::Awaited<Found> one(context, pinned.find("shop", versions[0], {}));
    tests::Awaited<Found> two(context, pinned.find("shop", versions[0], {}));
    auto first = tests::wait_for(context, one).value();
    EXPECT_EQ(tests::wait_for(context, two).value()->flow, first->flow);
}

TEST_F(PinnedFlowsTest, HasNoVersionThatWasNeverLive) {
    EXPECT_EQ(find("0123456789ab").error(), core::Errc::not_found);
}

TEST_F(PinnedFlowsTest, RefusesSourcesThatAreNotTheVersions) {
    auto other = script::to_json(library.flow("shop")->bundle());
    ASSERT_TRUE(tests::run(context, kept.keep_version("shop", "0123456789ab", other)));
    EXPECT_EQ(find("0123456789ab").error(), core::Errc::malformed);
    EXPECT_THAT(lines.text(), HasSubstr("version does not load flow=shop version=0123456789ab"));
}

TEST_F(PinnedFlowsTest, ForgetsWhatWasLongNotAskedFor) {
    auto first = find(versions[0]).value()->flow;
    std::weak_ptr<const script::Flow> watched = first;
    first.reset();
    for (std::size_t i = 0; i < PinnedFlows::remembered; ++i) versions.push_back(save("more " + std::to_string(i)));
    for (std::size_t i = 1; i < versions.size() - 1; ++i) ASSERT_TRUE(find(versions[i]));
    EXPECT_TRUE(watched.expired());
    EXPECT_TRUE(find(versions[0]));
}
