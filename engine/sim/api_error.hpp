#pragma once

#include "core/json.hpp"

#include <string>

namespace switchhook::sim {

// A refusal in OpenAI's words: the `error` of an event or of a reply.
struct ApiError {
    std::string code;
    std::string message;
    std::string param = {};  // what it is about, as "session.audio.input.format"; empty: nothing in particular
    std::string type = "invalid_request_error";
};

inline core::Json to_json(const ApiError& error) {
    auto or_null = [](const std::string& text) { return text.empty() ? core::Json(nullptr) : core::Json(text); };
    return {{"type", error.type},
            {"code", or_null(error.code)},
            {"message", error.message},
            {"param", or_null(error.param)}};
}

}  // namespace switchhook::sim
