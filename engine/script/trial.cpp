#include "script/trial.hpp"

#include "core/phone_number.hpp"

#include <cstdint>

namespace switchhook::script {
namespace {

// FNV-1a with MurmurHash3's finalizer: numbers that follow one another are spread evenly.
std::uint64_t stable_hash(std::string_view text, std::uint64_t hash = 14695981039346656037U) {
    for (unsigned char byte : text) hash = (hash ^ byte) * 1099511628211U;
    hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdU;
    hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53U;
    return hash ^ hash >> 33;
}

}  // namespace

bool Trial::includes(std::string_view flow, std::string_view caller) const {
    if (!core::is_e164(caller)) return false;
    return test_callers.contains(std::string(caller)) || stable_hash(caller, stable_hash(flow)) % 100 < percent;
}

std::set<std::string> test_callers_of(const core::Json& settings) {
    std::set<std::string> callers;
    auto found = settings.find("test_callers");
    if (found == settings.end() || !found->is_array()) return callers;
    for (const auto& caller : *found)
        if (caller.is_string()) callers.insert(caller.get<std::string>());
    return callers;
}

}  // namespace switchhook::script
