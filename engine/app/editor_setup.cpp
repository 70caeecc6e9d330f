#include "app/editor_setup.hpp"

#include "app/new_file.hpp"
#include "script/embedded_templates.hpp"

#include <string>
#include <string_view>

namespace switchhook::app {
namespace {

namespace fs = std::filesystem;

// What flows and their tests never see: the sandbox's insides, and the words of scenarios.
bool is_for_authors(std::string_view script) {
    return script.find('/') == script.npos && !script.starts_with("scenario") && script != "demo" && script != "model";
}

}  // namespace

bool set_up_editors(const fs::path& flows) {
    const auto settings = flows / ".luarc.json", library = flows / ".switchhook";
    bool sets_up = !fs::exists(settings);
    if (sets_up)
        for (const auto& file : script::embedded_templates())
            if (file.name == "luarc.json") write_file(settings, file.text);
    if (!sets_up && !fs::exists(library)) return false;
    fs::create_directories(library);
    for (const auto& script : script::embedded_scripts())
        if (is_for_authors(script.name)) write_file(library / (std::string(script.name) + ".lua"), script.text);
    return sets_up;
}

}  // namespace switchhook::app
