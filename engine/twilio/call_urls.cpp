#include "twilio/call_urls.hpp"

namespace switchhook::twilio {

std::string CallUrls::continuation(unsigned turn, std::uint32_t step) const {
    return origin_ + "/twilio/continue/" + std::to_string(turn) + "/" + std::to_string(step);
}

std::string CallUrls::stream() const {
    return "wss" + stream_origin_.substr(stream_origin_.find("://")) + "/twilio/stream/" + sid_;
}

twiml::Urls CallUrls::of_verbs(std::string continuation) const {
    twiml::Urls urls;
    urls.action = std::move(continuation);
    urls.whisper = [prefix = origin_ + "/twilio/whisper/" + sid_ + "/"](std::size_t target) {
        return prefix + std::to_string(target);
    };
    return urls;
}

}  // namespace switchhook::twilio
