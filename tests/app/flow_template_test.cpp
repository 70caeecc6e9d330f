#include "app/flow_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook::app;
using testing::HasSubstr;
using testing::Not;

TEST(FlowTemplate, SpeaksForTheBusinessThatItsNameStandsFor) {
    for (const auto& from : flow_templates()) {
        auto made = make_flow(from, "bright_smiles_2");
        EXPECT_THAT(made.flow, HasSubstr("name = \"Bright Smiles 2\"")) << from.kind;
        EXPECT_THAT(made.test, HasSubstr("Bright Smiles 2")) << from.kind;
        EXPECT_THAT(made.test, HasSubstr("test.flow(\"bright_smiles_2\"")) << from.kind;
        EXPECT_THAT(made.flow + made.test, Not(HasSubstr(std::string(from.business)))) << from.kind;
    }
}

TEST(FlowTemplate, ExplainsItselfToWhoeverHasNeverSeenLua) {
    for (const auto& from : flow_templates()) {
        auto flow = make_flow(from, "bistro").flow;
        EXPECT_THAT(flow, HasSubstr("-- A line that begins with two hyphens is a note like this one.")) << from.kind;
        EXPECT_THAT(flow, HasSubstr("-- What you will want to change.")) << from.kind;
        EXPECT_THAT(flow, HasSubstr("-- If anything here breaks, callers get this person instead of silence."))
            << from.kind;
    }
}

TEST(FlowTemplate, IsNotForEveryName) {
    EXPECT_EQ(flow_name_problem("ascend_dental"), "");
    EXPECT_EQ(flow_name_problem("shop2"), "");
    EXPECT_EQ(flow_name_problem("Ascend Dental"),
              "`Ascend Dental` cannot be a flow's name: did you mean `ascend_dental`?");
    EXPECT_EQ(flow_name_problem("../etc"), "`../etc` cannot be a flow's name: did you mean `etc`?");
    EXPECT_THAT(flow_name_problem("42"), HasSubstr("small letters, digits and _"));
    EXPECT_THAT(flow_name_problem(""), HasSubstr("small letters, digits and _"));
    EXPECT_THAT(flow_name_problem("shared"), HasSubstr("choose another name"));
}
