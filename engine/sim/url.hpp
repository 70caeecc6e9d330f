#pragma once

#include <optional>
#include <string>

namespace switchhook::sim {

// A reference resolved against the URL of the document that holds it (RFC 3986 §5.2), without its fragment.
// An empty reference is the document itself. Nothing where the outcome is not an absolute URL.
std::optional<std::string> resolve_url(const std::string& base, std::string reference);

}  // namespace switchhook::sim
