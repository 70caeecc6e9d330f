#include "script/evaluation_file.hpp"

#include "run_flow.hpp"
#include "script/flows_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook::script;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

namespace {

constexpr const char* flow = "return { on_call = function(call) call:say('Hi') end }";
constexpr const char* good = "evaluation.flow('lexi')('greets', { persona = 'A', goal = 'B', judge = 'C' })";

class EvaluationFiles : public testing::Test {
protected:
    EvaluationFiles() { folder.write("lexi/flow.lua", flow); }

    std::optional<EvaluationFile> read() const {
        std::optional<EvaluationFile> file;
        on_worker([&] {
            auto made = Flow::compile({"lexi", {"lexi/flow.lua", flow}, {}}, Limits{});
            file = read_evaluations(folder.root(), std::get<std::shared_ptr<const Flow>>(made), Limits{});
        });
        return file;
    }

    std::vector<std::string> problems(const std::set<std::filesystem::path>& paths = {}) const {
        std::vector<std::string> texts;
        for (const auto& problem : check_evaluations({.root = folder.root()}, paths)) texts.push_back(problem.text());
        return texts;
    }

    FlowsFolder folder;
};

}  // namespace

TEST_F(EvaluationFiles, AreReadWhereThereAreSome) {
    EXPECT_FALSE(read());
    folder.write("lexi/flow_eval.lua", good);
    auto file = read();
    ASSERT_TRUE(file);
    EXPECT_THAT(file->problems, IsEmpty());
    ASSERT_EQ(file->evaluations.size(), 1U);
    EXPECT_EQ(file->evaluations[0].name, "greets");
    EXPECT_EQ(file->source.path, "lexi/flow_eval.lua");
}

TEST_F(EvaluationFiles, SayInWhichLineTheyAreWrong) {
    folder.write("lexi/flow_eval.lua",
                 "local eval = evaluation.flow('lexi')\neval 'greets' { goal = 'B', judge = 'C' }");
    EXPECT_THAT(problems(), ElementsAre(StartsWith("lexi/flow_eval.lua:2: an evaluation needs a `persona`")));
    auto file = read();
    ASSERT_EQ(file->problems.size(), 1U);
    EXPECT_EQ(file->problems[0].file, "lexi/flow_eval.lua");
    EXPECT_EQ(file->problems[0].line, 2);
    EXPECT_THAT(file->evaluations, IsEmpty());
    folder.write("lexi/flow_eval.lua", "");
    EXPECT_THAT(problems(), ElementsAre(HasSubstr("lexi/flow_eval.lua: the file is empty")));
}

TEST_F(EvaluationFiles, AreCheckedForTheFlowsThatAreNamedAndLoad) {
    folder.write("lexi/flow_eval.lua", "oh");
    folder.write("max/flow.lua", flow);
    EXPECT_THAT(problems({"max"}), IsEmpty());
    EXPECT_EQ(problems({"lexi/flow.lua"}).size(), 1U);
    EXPECT_EQ(problems({"shared/menu.lua"}).size(), 1U) << "a shared module names the flows that may require it";
    folder.write("lexi/flow.lua", "return { on_call = 1 }");
    EXPECT_THAT(problems(), IsEmpty()) << "the flow's own mistake comes first";
}
