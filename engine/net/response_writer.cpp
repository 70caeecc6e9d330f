#include "net/response_writer.hpp"

#include <boost/beast/http/status.hpp>
#include <spdlog/fmt/fmt.h>

#include <charconv>
#include <ctime>

namespace switchhook::net {
namespace {

void append_number(std::string& out, std::size_t number) {
    char digits[20];
    auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
    out.append(digits, end);
}

void append_clean(std::string& out, std::string_view text) {
    for (unsigned char c : text) out += (c < ' ' && c != '\t') || c == 127 ? ' ' : static_cast<char>(c);
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
    append_clean(out, name);
    out += ": ";
    append_clean(out, value);
    out += "\r\n";
}

bool is_ours(std::string_view name) {
    return same_name(name, "Content-Length") || same_name(name, "Transfer-Encoding") || same_name(name, "Connection") ||
           same_name(name, "Date");
}

}  // namespace

void append_response(std::string& out, const Response& response, const Framing& framing) {
    auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status));
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::size_t>(response.status));
    out += ' ';
    out.append(reason.data(), reason.size());
    out.append("\r\nDate: ").append(framing.date).append("\r\n");
    if (!response.content_type.empty()) append_header(out, "Content-Type", response.content_type);
    for (const auto& [name, value] : response.headers)
        if (!is_ours(name)) append_header(out, name, value);
    if (!framing.keep_alive)
        out += "Connection: close\r\n";
    else if (framing.http_1_0)
        out += "Connection: keep-alive\r\n";

    bool bodiless = response.status < 200 || response.status == 204 || response.status == 304;
    if (!bodiless) {
        out += "Content-Length: ";
        append_number(out, response.body.size());
        out += "\r\n";
    }
    out += "\r\n";
    if (!bodiless && !framing.head) out += response.body;
}

std::string http_date(std::int64_t unix_seconds) {
    constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::time_t time = unix_seconds;
    std::tm utc{};
    gmtime_r(&time, &utc);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[utc.tm_wday], utc.tm_mday, months[utc.tm_mon],
                       utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

}  // namespace switchhook::net
