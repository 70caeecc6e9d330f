#include "sim/url.hpp"

#include "core/trimmed.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

namespace switchhook::sim {

namespace urls = boost::urls;

std::optional<std::string> resolve_url(const std::string& base, std::string reference) {
    auto to = urls::parse_uri_reference(core::trimmed(reference));
    if (!to) return std::nullopt;
    urls::url url;
    if (to->has_scheme()) {
        url = *to;
    } else {
        auto from = urls::parse_uri(base);
        if (!from) return std::nullopt;
        if (reference.empty())
            url = *from;
        else if (!urls::resolve(*from, *to, url))
            return std::nullopt;
    }
    url.remove_fragment();
    if (!url.has_scheme() || !url.has_authority()) return std::nullopt;
    return std::string(url.buffer());
}

}  // namespace switchhook::sim
