#include "twiml/ssml.hpp"

#include "twiml/legal_text.hpp"

#include <pugixml.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace switchhook::twiml {
namespace {

constexpr int deepest = 32;

std::string excerpt(std::string_view markup, std::size_t at) {
    constexpr std::size_t length = 30;
    // Not in the middle of a character.
    while (at > 0 && at < markup.size() && (markup[at] & 0xC0) == 0x80) --at;
    auto end = std::min(at + length, markup.size());
    while (end < markup.size() && (markup[end] & 0xC0) == 0x80) ++end;
    return at < end ? "at \"" + std::string(markup.substr(at, end - at)) + "\"" : "at its end";
}

// A numeric reference's character ("#233", "#xE9"); nothing if it is none or XML does not allow it.
bool is_legal_reference(std::string_view reference) {
    for (auto name : {"amp", "lt", "gt", "quot", "apos"})
        if (reference == name) return true;
    if (!reference.starts_with('#')) return false;
    reference.remove_prefix(1);
    const int base = reference.starts_with('x') ? 16 : 10;
    if (base == 16) reference.remove_prefix(1);
    std::uint32_t character = 0;
    const auto end = reference.data() + reference.size();
    const auto [stop, error] = std::from_chars(reference.data(), end, character, base);
    return error == std::errc{} && stop == end && is_legal(character);
}

// What pugixml would let pass or drop without a word.
std::optional<Problem> check_references(std::string_view markup) {
    for (auto at = markup.find_first_of("&<"); at != std::string_view::npos; at = markup.find_first_of("&<", at + 1)) {
        const auto rest = markup.substr(at);
        if (rest.starts_with("<!") || rest.starts_with("<?"))
            return Problem{"ssml holds text and elements only, not what stands " + excerpt(markup, at)};
        if (rest[0] == '<') continue;
        const auto end = rest.find(';');
        if (end == std::string_view::npos || !is_legal_reference(rest.substr(1, end - 1)))
            return Problem{"ssml is not well-formed " + excerpt(markup, at) + ": write \"&amp;\" for the sign \"&\""};
    }
    return std::nullopt;
}

Checked<void> add_children(Document& document, Document::Element to, pugi::xml_node from, int depth) {
    if (depth > deepest) return Problem{"ssml nests its elements too deeply"};
    for (auto child : from.children()) {
        if (child.type() == pugi::node_pcdata) {
            if (auto added = document.add_text(to, child.value()); !added) return added.error();
            continue;
        }
        if (std::string_view(child.name()) == "speak")
            return Problem{"leave <speak> away: ssml is what stands inside it"};
        auto element = document.add(to, child.name());
        if (!element) return element.error();
        for (auto attribute : child.attributes())
            if (auto set = document.set(*element, attribute.name(), attribute.value()); !set) return set.error();
        if (auto added = add_children(document, *element, child, depth + 1); !added) return added.error();
    }
    return {};
}

}  // namespace

Checked<void> add_ssml(Document& document, Document::Element say, std::string_view markup) {
    std::string changed;
    markup = legal_text(markup, changed);
    if (auto problem = check_references(markup)) return *problem;
    pugi::xml_document parsed;
    constexpr auto flags = pugi::parse_fragment | pugi::parse_escapes | pugi::parse_eol | pugi::parse_ws_pcdata |
                           pugi::parse_wconv_attribute;
    const auto result = parsed.load_buffer(markup.data(), markup.size(), flags, pugi::encoding_utf8);
    if (!result)
        return Problem{"ssml is not well-formed " +
                       excerpt(markup, static_cast<std::size_t>(std::max<std::ptrdiff_t>(result.offset, 0))) + ": " +
                       result.description()};
    return add_children(document, say, parsed, 0);
}

}  // namespace switchhook::twiml
