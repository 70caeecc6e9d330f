#include "app/show_numbers.hpp"

#include "core/phone_number.hpp"

#include <utility>

namespace switchhook::app {

CLI::Option* add_show_numbers(CLI::App& cli, bool& show) {
    return cli.add_flag("--show-numbers", show, "Shows phone numbers whole, not only their last four digits");
}

std::string shown(std::string text, bool show_numbers) {
    return show_numbers ? text : core::mask_phone_numbers(std::move(text));
}

}  // namespace switchhook::app
