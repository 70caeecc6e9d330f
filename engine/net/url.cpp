#include "net/url.hpp"

#include "core/lower_case.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>

namespace switchhook::net {
namespace {

namespace urls = boost::urls;

std::uint16_t default_port(std::string_view scheme) {
    if (scheme == "http" || scheme == "ws") return 80;
    if (scheme == "https" || scheme == "wss") return 443;
    return 0;
}

core::Result<Url> take_apart(const urls::url_view_base& view) {
    Url url;
    url.scheme = core::lower_case(std::string(view.scheme()));
    url.port = default_port(url.scheme);
    if (url.port == 0 || view.encoded_host().empty()) return core::Errc::malformed;
    if (view.has_userinfo()) url.user_info = view.userinfo();
    url.ipv6 = view.host_type() == urls::host_type::ipv6;
    url.host = core::lower_case(view.host_address());
    if (view.has_port() && !view.port().empty()) {
        auto digits = view.port();
        auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
        if (error != std::errc() || url.port == 0) return core::Errc::malformed;
    }
    bool printable = std::all_of(url.host.begin(), url.host.end(), [](unsigned char c) { return c > ' ' && c < 127; });
    if (!printable || view.host_type() == urls::host_type::ipvfuture) return core::Errc::malformed;
    url.target = view.encoded_path();
    if (url.target.empty()) url.target = "/";
    if (view.has_query()) url.target.append("?").append(std::string_view(view.encoded_query()));
    return url;
}

}  // namespace

std::string Url::authority() const {
    auto out = ipv6 ? "[" + host + "]" : host;
    if (port != default_port(scheme)) out += ":" + std::to_string(port);
    return out;
}

core::Result<Url> parse_url(std::string_view text) {
    auto parsed = urls::parse_uri(text);
    if (!parsed) return core::Errc::malformed;
    return take_apart(*parsed);
}

core::Result<Url> resolve_url(const Url& base, std::string_view reference) {
    auto base_text = base.text();
    auto parsed_base = urls::parse_uri(base_text);
    auto parsed = urls::parse_uri_reference(reference);
    if (!parsed_base || !parsed) return core::Errc::malformed;
    urls::url out;
    if (!urls::resolve(*parsed_base, *parsed, out)) return core::Errc::malformed;
    auto url = take_apart(out);
    // Boost.URL leaves a ".." that leads above the root; RFC 3986 §5.2.4 drops it.
    while (url && (url->target.starts_with("/../") || url->target == "/..")) url->target.erase(0, 3);
    if (url && url->target.empty()) url->target = "/";
    return url;
}

}  // namespace switchhook::net
