#include "net/http.hpp"

#include "core/json_text.hpp"

#include <algorithm>

namespace switchhook::net {
namespace {

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_token(std::string_view text) noexcept {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
               marks.find(c) != std::string_view::npos;
    });
}

bool are_sendable(const Headers& headers) noexcept {
    auto is_control = [](unsigned char c) { return (c < ' ' && c != '\t') || c == 127; };
    return std::all_of(headers.begin(), headers.end(), [&](const Headers::Header& header) {
        return is_token(header.name) && std::none_of(header.value.begin(), header.value.end(), is_control);
    });
}

void Headers::set(std::string_view name, std::string_view value) {
    remove(name);
    add(name, value);
}

void Headers::remove(std::string_view name) {
    std::erase_if(headers_, [&](const Header& header) { return same_name(header.name, name); });
}

std::optional<std::string_view> Headers::find(std::string_view name) const noexcept {
    for (const auto& header : headers_)
        if (same_name(header.name, name)) return header.value;
    return std::nullopt;
}

std::string_view Request::path() const noexcept {
    return std::string_view(target).substr(0, target.find('?'));
}

std::string_view Request::query() const noexcept {
    auto mark = target.find('?');
    return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

Response text_response(int status, std::string body) {
    return {.status = status, .content_type = "text/plain; charset=utf-8", .body = std::move(body)};
}

Response json_response(int status, const core::Json& json) {
    return {.status = status, .content_type = "application/json", .body = core::dump(json)};
}

Response xml_response(int status, std::string body) {
    return {.status = status, .content_type = "text/xml; charset=utf-8", .body = std::move(body)};
}

}  // namespace switchhook::net
