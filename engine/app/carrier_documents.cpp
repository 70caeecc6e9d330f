#include "app/carrier_documents.hpp"

#include "twilio/call_document.hpp"

namespace switchhook::app {

script::RenderDocument carrier_documents() {
    return [](const script::CarrierDocument& document) -> script::RenderedDocument {
        const twilio::CallUrls urls("https://voice.example.com", document.call);
        auto text = twilio::document_for(document.asks, urls, document.number, document.step, "TOKEN");
        if (!text) return {{}, text.error().text};
        return {std::move(*text), {}};
    };
}

}  // namespace switchhook::app
