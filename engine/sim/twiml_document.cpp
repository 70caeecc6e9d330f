#include "sim/twiml_document.hpp"

#include "core/lower_case.hpp"

#include <algorithm>
#include <string_view>

namespace switchhook::sim {
namespace {

constexpr std::size_t most_bytes = 64 * 1024;

// The type without its parameters, in lower case.
std::string media_type(std::string_view content_type) {
    auto type = std::string(content_type.substr(0, content_type.find(';')));
    type.erase(std::remove(type.begin(), type.end(), ' '), type.end());
    return core::lower_case(std::move(type));
}

// A document of one verb, as Twilio treats a reply that is not TwiML.
TwimlDocument one_verb(const char* verb, const std::string& text) {
    auto xml = std::make_shared<pugi::xml_document>();
    xml->append_child("Response").append_child(verb).text().set(text.c_str());
    return {std::move(xml), {}};
}

// pugixml lets a bare "&" pass as text; Twilio's parser does not (XML 1.0 §4.1).
bool has_bare_ampersand(std::string_view text) {
    for (std::size_t at = text.find_first_of("&<"); at != std::string_view::npos; at = text.find_first_of("&<", at)) {
        auto rest = text.substr(at);
        bool literal = rest.starts_with("<![CDATA[") || rest.starts_with("<!--");
        if (literal) {
            at = text.find(rest.starts_with("<!--") ? "-->" : "]]>", at);
            if (at == std::string_view::npos) return false;
        } else if (rest[0] == '<') {
            ++at;
        } else {
            auto end = rest.find(';');
            auto name = rest.substr(1, end == std::string_view::npos ? 0 : end - 1);
            bool known = name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "apos" ||
                         (name.size() > 1 && name[0] == '#' &&
                          name.find_first_not_of("0123456789abcdefABCDEFx", 1) == std::string_view::npos);
            if (!known) return true;
            ++at;
        }
    }
    return false;
}

}  // namespace

std::variant<TwimlDocument, TwimlProblem> read_twiml(const std::string& text) {
    auto xml = std::make_shared<pugi::xml_document>();
    auto parsed =
        xml->load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_ws_pcdata, pugi::encoding_utf8);
    if (!parsed) return TwimlProblem{12100, std::string("the document does not parse: ") + parsed.description()};
    if (has_bare_ampersand(text)) return TwimlProblem{12100, "the document does not parse: a bare \"&\" in it"};
    std::string_view root = xml->document_element().name();
    if (root != "Response") return TwimlProblem{12102, "the root is <" + std::string(root) + ">, not <Response>"};
    auto warnings = check_twiml(xml->document_element());
    return TwimlDocument{std::move(xml), std::move(warnings)};
}

std::variant<TwimlDocument, TwimlProblem> read_reply(const Reply& reply, const std::string& url) {
    if (reply.status < 200 || reply.status > 299)
        return TwimlProblem{11200, url + " answered " + std::to_string(reply.status)};
    if (reply.body.size() > most_bytes)
        return TwimlProblem{11750,
                            url + " answered " + std::to_string(reply.body.size()) + " bytes: 64 kB is the most"};
    auto type = media_type(reply.content_type);
    if (type.starts_with("audio/")) return one_verb("Play", url);
    bool plain = type == "text/plain";
    if (!plain && type != "text/xml" && type != "application/xml" && type != "text/html")
        return TwimlProblem{12300, url + " answered with Content-Type \"" + reply.content_type + "\""};
    auto document = read_twiml(reply.body);
    if (plain && std::holds_alternative<TwimlProblem>(document)) return one_verb("Say", reply.body);
    return document;
}

}  // namespace switchhook::sim
