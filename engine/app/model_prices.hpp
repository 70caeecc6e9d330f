#pragma once

#include "core/json.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace switchhook::app {

// Tokens that a model took.
struct TokenCount {
    std::int64_t input = 0;
    std::int64_t cached = 0;         // of the input: read from the model's cache
    std::int64_t cache_written = 0;  // of the input: put there
    std::int64_t output = 0;

    // The `usage` of a `chat` ask's answer.
    static TokenCount of(const core::Json& usage);
    TokenCount& operator+=(const TokenCount& other);
};

// Prices of models, in USD per million tokens.
class ModelPrices {
public:
    // The day on which OpenAI's model pages (developers.openai.com/api/docs/models) had what of_openai() has.
    static constexpr const char* read_on = "2026-11-20";
    static ModelPrices of_openai();

    // Takes over "MODEL=IN/OUT" or "MODEL=IN/CACHED/OUT"; without CACHED, what is cached costs as any input. Gives what
    // is wrong with it, or nothing.
    std::string add(const std::string& text);

    // USD. Nothing where the model's price is not known.
    std::optional<double> cost(const std::string& model, const TokenCount& tokens) const;

private:
    struct Price {
        double input;
        double cached;
        double cache_written;
        double output;
    };
    std::map<std::string, Price> prices_;
};

}  // namespace switchhook::app
