#include "script/documentation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <vector>

using namespace switchhook::script;
using testing::HasSubstr;

namespace {

std::string reference(std::string_view text) {
    Annotations::Text file{"call", text};
    return flow_reference(Annotations::parse({&file, 1}));
}

}  // namespace

TEST(Documentation, TellsAVerbWithItsOptionsBelowIt) {
    auto text = reference(R"(---@meta
--- Makes drinks.

--- A kettle.
---@class Kettle
local Kettle = {}

---@class TeaOptions
---@field minutes? number Time to draw. [1 to 10, default 3]
---@field cup "small"|"large"

--- Makes tea.
---@phase on_call
---@waits
---@param name string Whose it is.
---@param options? TeaOptions
---@return string? cup The cup
---@return "empty"? reason
function Kettle:tea(name, options) end
)");
    EXPECT_THAT(text, HasSubstr("Makes drinks.\n\n- [`Kettle`](#kettle): [tea](#kettleteaname-options)\n"));
    EXPECT_THAT(text,
                HasSubstr("## `Kettle`\n\nA kettle.\n\n### kettle:tea(name, [options])\n\n*In on_call. Waits.*\n\n"
                          "Makes tea.\n\n- `name` (`string`): Whose it is.\n\n"
                          "Gives `string?`: The cup; then `\"empty\"?`.\n\n**TeaOptions**\n\n"
                          "| | | | default |\n|---|---|---|---|\n"
                          "| `minutes` | `number` | Time to draw. From 1 to 10. | 3 |\n"
                          "| `cup` | `\"small\"\\|\"large\"` |  |  |\n"));
}

TEST(Documentation, TellsTheWordsOfTestsTogether) {
    std::vector<Annotations::Text> files = {
        {"call", "---@meta\n--- Makes drinks.\n"},
        {"test", "---@meta _\n--- Tastes drinks.\n\n--- Begins.\nfunction test.flow() end\n"},
        {"test_guest", R"(---@meta _
--- At the table is a guest.
local parts = ...

--- Whoever drinks.
---@class TestGuest
local guest = {}

--- Likes it.
---@param drink string
function guest:likes(drink) end

local function unsaid(drink) end

local at

--- Sets the clock.
function at(time) end
)"},
    };
    EXPECT_THAT(flow_reference(Annotations::parse(files)),
                HasSubstr("## Testing a flow\n\nTastes drinks.\n\nAt the table is a guest.\n\n"
                          "- everywhere: [flow](#testflow) · [at](#at)\n"
                          "- [`guest` in a test](#guest-in-a-test): [likes](#guestlikesdrink)\n\n"
                          "#### test.flow()\n\nBegins.\n\n"
                          "### `guest` in a test\n\nWhoever drinks.\n\n"
                          "#### guest:likes(drink)\n\nLikes it.\n\n- `drink` (`string`)\n\n"
                          "#### at()\n\nSets the clock.\n\n"));
}

// With SWITCHHOOK_WRITE_DOCUMENTATION set, writes the file instead: `./dev docs`.
TEST(Documentation, InTheRepositoryIsUpToDate) {
    auto path = std::string(SOURCE_DIR) + "/scripts/README.md";
    auto wanted = flow_reference(Annotations::embedded());
    if (std::getenv("SWITCHHOOK_WRITE_DOCUMENTATION") != nullptr) std::ofstream(path, std::ios::binary) << wanted;
    std::ifstream file(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(file), {});
    EXPECT_TRUE(text == wanted) << "scripts/README.md is older than the annotations in scripts/*.lua: run ./dev docs";
}
