#pragma once

#include "twiml/verbs.hpp"

#include <cstdint>
#include <string>

namespace switchhook::twilio {

// The addresses of one call at the engine, as its documents name them.
class CallUrls {
public:
    // `origin`: the engine's public address, as "https://voice.example.com".
    CallUrls(std::string origin, std::string sid)
        : origin_(std::move(origin)), stream_origin_(origin_), sid_(std::move(sid)) {}

    // Where Twilio goes on. `step`: the last ask that it was given.
    std::string continuation(unsigned turn, std::uint32_t step) const;

    // Twilio takes wss only: where the engine itself speaks plain HTTP, what stands before it takes the TLS off.
    std::string stream() const;
    // Media streams are to come here, where that is not the origin. An origin as "https://voice-1.example.com".
    void bring_audio_to(std::string origin) { stream_origin_ = std::move(origin); }

    // What a document's verbs need, where Twilio is to go on at `continuation`.
    twiml::Urls of_verbs(std::string continuation) const;

private:
    std::string origin_;
    std::string stream_origin_;
    std::string sid_;
};

// What proves that a media stream is the one that a document asked for: a parameter of the stream.
inline constexpr const char* stream_token = "token";

}  // namespace switchhook::twilio
