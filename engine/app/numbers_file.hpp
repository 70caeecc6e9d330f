#pragma once

#include <optional>
#include <string>

namespace switchhook::app {

// What numbers.lua begins as.
std::string new_numbers_file();

// The text of numbers.lua with one more entry, behind those that it has; comments and layout stay as they are. Nothing
// where the file does not end with the table that it returns: only its author knows where the entry belongs then.
//
// `remark` is a comment behind the entry; empty: none.
std::optional<std::string> with_number(const std::string& text, const std::string& number, const std::string& flow,
                                       const std::string& remark);

// Whether there is an entry for the number.
bool has_number(const std::string& text, const std::string& number);

}  // namespace switchhook::app
