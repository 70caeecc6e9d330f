#include "session/failure_text.hpp"

#include "core/json_text.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace switchhook::session {
namespace {

constexpr std::size_t most_lines = 12;

std::string without_digits(const std::string& text) {
    std::string masked;
    for (std::size_t i = 0; i < text.size();) {
        auto end = i;
        while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) != 0) ++end;
        if (end - i >= 4)
            masked += "(" + std::to_string(end - i) + " digits)";
        else
            masked += end == i ? text.substr(i, 1) : text.substr(i, end - i);
        i = std::max(end, i + 1);
    }
    return masked;
}

}  // namespace

std::string transcript_text(const core::Json& transcript) {
    if (!transcript.is_array()) return {};
    std::string text;
    auto first = transcript.size() > most_lines ? transcript.size() - most_lines : 0;
    for (auto i = first; i < transcript.size(); ++i) {
        auto who = core::text_of(transcript[i], "who"), what = core::text_of(transcript[i], "what");
        if (!text.empty()) text += " / ";
        text += who + ": " + (who == "caller" ? without_digits(what) : what);
    }
    return (first > 0 ? "… / " : "") + text;
}

}  // namespace switchhook::session
