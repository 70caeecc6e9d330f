#include "net/retry_after.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <string>

namespace switchhook::net {

std::optional<std::chrono::milliseconds> retry_after(const Headers& headers, core::Time now) {
    const auto value = headers.find("Retry-After");
    if (!value) return std::nullopt;
    std::uint32_t seconds = 0;
    const auto* end = value->data() + value->size();
    if (auto [rest, error] = std::from_chars(value->data(), end, seconds); error == std::errc{} && rest == end)
        return std::chrono::seconds(seconds);
    std::tm date{};
    const std::string text(*value);
    if (const char* rest = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date); !rest || *rest) return {};
    const core::Time then{std::chrono::seconds(timegm(&date))};
    return std::max(then - now, std::chrono::milliseconds(0));
}

}  // namespace switchhook::net
