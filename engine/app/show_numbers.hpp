#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace switchhook::app {

// Adds the flag with which phone numbers are shown; without it, what a command prints has their last four digits only.
CLI::Option* add_show_numbers(CLI::App& cli, bool& show);

// A text for people: with phone numbers, or with the last four digits of them.
std::string shown(std::string text, bool show_numbers);

}  // namespace switchhook::app
