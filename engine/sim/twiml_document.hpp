#pragma once

#include "sim/twiml_rules.hpp"

#include <pugixml.hpp>

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace switchhook::sim {

// What a webhook server sent back.
struct Reply {
    unsigned status = 200;
    std::string content_type;
    std::string body;
};

// A document that Twilio would run, with what it would warn of.
struct TwimlDocument {
    std::shared_ptr<const pugi::xml_document> xml;
    std::vector<TwimlProblem> warnings;

    pugi::xml_node response() const { return xml->child("Response"); }
};

// Reads a reply as Twilio does: XML and HTML as TwiML, plain text as something to say (or to send), audio as
// something to play. `url` is where the reply came from. A reply that Twilio refuses gives its error:
// 11200 (status), 11750 (over 64 kB), 12100 (not XML), 12102 (root), 12300 (content type).
std::variant<TwimlDocument, TwimlProblem> read_reply(const Reply& reply, const std::string& url);

// TwiML that came with a REST request rather than from a server.
std::variant<TwimlDocument, TwimlProblem> read_twiml(const std::string& text);

}  // namespace switchhook::sim
