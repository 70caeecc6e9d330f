#pragma once

#include <filesystem>

namespace switchhook::app {

// Gives a flows folder what editors with the Lua language server need for completion, hover texts and type errors: a
// .luarc.json, and in .switchhook the annotated Lua that ships with this engine. A .luarc.json that is there stays as
// it is; a .switchhook that is there is brought up to date. Says whether it was set up now.
//
// Throws std::filesystem::filesystem_error or std::ios_base::failure.
bool set_up_editors(const std::filesystem::path& flows);

}  // namespace switchhook::app
