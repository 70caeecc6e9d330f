#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace switchhook::app {

// Sets what a .env file says (NAME=value lines, # comments, quotes, `export`) in the process's environment, except what
// is set there already. Gives a sentence for every line that it could not read; a file that is not there is none.
std::vector<std::string> read_env_file(const std::filesystem::path& path);

// The first of these variables that is set and not empty; otherwise empty.
std::string environment(std::initializer_list<const char*> names);

}  // namespace switchhook::app
