#include "script/flow.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::script;

namespace {

Bundle bundle(const std::string& text) {
    return {"lexi", {"lexi/flow.lua", text}, {{"menu", {"shared/menu.lua", "return {}\n"}}}};
}

Bundle kept(const Bundle& given) {
    return bundle_from_json(core::Json::parse(to_json(given).dump())).value();
}

}  // namespace

TEST(BundleJson, BringsBackTheSameVersion) {
    auto given = bundle("return { on_call = function(call) call:say('Grüß Gott') end }\n");
    auto back = kept(given);
    EXPECT_EQ(back.version(), given.version());
    EXPECT_EQ(back.name, "lexi");
    EXPECT_EQ(back.modules.at("menu").path, "shared/menu.lua");
}

TEST(BundleJson, KeepsWhatIsNotUtf8ByteForByte) {
    std::string text;
    for (int byte = 0; byte < 256; ++byte) text += char(byte);
    text += "\xC3";  // the first half of a letter
    EXPECT_EQ(kept(bundle(text)).main.text, text);
}

TEST(BundleJson, RefusesWhatIsNoBundle) {
    for (const char* text : {"null", "{}", R"({"name": "lexi", "main": {"path": 1}, "modules": {}})"})
        EXPECT_EQ(bundle_from_json(core::Json::parse(text)).error(), core::Errc::malformed) << text;
}
