#include "twilio/call_document.hpp"

#include "twiml/verbs.hpp"

namespace switchhook::twilio {

twiml::Checked<std::string> document_for(const std::vector<core::Ask>& asks, const CallUrls& urls, unsigned turn,
                                         std::uint32_t step, const std::string& token) {
    twiml::Document document;
    const auto of_verbs = urls.of_verbs(urls.continuation(turn + 1, step));
    for (const auto& ask : asks) {
        auto appended = ask.kind == "converse"
                            ? twiml::append_stream(document, {urls.stream(), {{stream_token, token}}}, of_verbs)
                            : twiml::append(document, ask, of_verbs);
        if (!appended) return appended.error();
    }
    return twiml::Checked<std::string>(boost::system::in_place_value, document.render());
}

}  // namespace switchhook::twilio
