#include "app/model_prices.hpp"

#include <charconv>
#include <string_view>
#include <vector>

namespace switchhook::app {
namespace {

std::int64_t number_in(const core::Json& usage, const char* name) {
    auto found = usage.find(name);
    return found != usage.end() && found->is_number() ? found->get<std::int64_t>() : 0;
}

// The numbers of "0.10/0.01/0.50"; none where one of them is none.
std::vector<double> numbers_of(std::string_view text) {
    std::vector<double> numbers;
    for (;;) {
        double number = 0;
        auto [after, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc() || !(number >= 0 && number < 1e6)) return {};
        numbers.push_back(number);
        text.remove_prefix(static_cast<std::size_t>(after - text.data()));
        if (text.empty()) return numbers;
        if (text[0] != '/') return {};
        text.remove_prefix(1);
    }
}

}  // namespace

TokenCount TokenCount::of(const core::Json& usage) {
    if (!usage.is_object()) return {};
    return {number_in(usage, "input"), number_in(usage, "cached"), number_in(usage, "cache_written"),
            number_in(usage, "output")};
}

TokenCount& TokenCount::operator+=(const TokenCount& other) {
    input += other.input;
    cached += other.cached;
    cache_written += other.cache_written;
    output += other.output;
    return *this;
}

ModelPrices ModelPrices::of_openai() {
    ModelPrices prices;
    prices.prices_ = {{"gpt-6-luna", {0.10, 0.01, 0.125, 0.50}}, {"gpt-5.6-luna", {0.20, 0.02, 0.25, 1.20}}};
    return prices;
}

std::string ModelPrices::add(const std::string& text) {
    auto equals = text.rfind('=');
    auto numbers = equals == text.npos ? std::vector<double>() : numbers_of(std::string_view(text).substr(equals + 1));
    if (equals == 0 || numbers.size() < 2 || numbers.size() > 3)
        return "a price is MODEL=IN/OUT or MODEL=IN/CACHED/OUT, in USD per million tokens, as "
               "gpt-6-luna=0.10/0.01/0.50, "
               "not `" +
               text + "`";
    prices_[text.substr(0, equals)] = {numbers[0], numbers.size() == 3 ? numbers[1] : numbers[0], numbers[0],
                                       numbers.back()};
    return {};
}

std::optional<double> ModelPrices::cost(const std::string& model, const TokenCount& tokens) const {
    auto found = prices_.find(model);
    if (found == prices_.end()) return std::nullopt;
    const auto& price = found->second;
    auto of = [](std::int64_t count, double per_million) { return static_cast<double>(count) * per_million / 1e6; };
    return of(tokens.input - tokens.cached - tokens.cache_written, price.input) + of(tokens.cached, price.cached) +
           of(tokens.cache_written, price.cache_written) + of(tokens.output, price.output);
}

}  // namespace switchhook::app
