#include "script/flow.hpp"

namespace switchhook::script {
namespace {

using core::Json;

bool is_utf8(const std::string& text) {
    try {
        Json(text).dump();
        return true;
    } catch (const Json::type_error&) {
        return false;
    }
}

// Every byte as the code point of its number, which JSON can hold; and back.
std::string widen(const std::string& bytes) {
    std::string text;
    for (unsigned char byte : bytes) {
        if (byte < 0x80) {
            text += char(byte);
        } else {
            text += char(0xC0 | byte >> 6);
            text += char(0x80 | (byte & 0x3F));
        }
    }
    return text;
}

std::string narrow(const std::string& text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned char lead = text[i];
        bytes += lead < 0x80 || i + 1 == text.size() ? char(lead) : char(lead << 6 | (text[++i] & 0x3F));
    }
    return bytes;
}

Json json_of(const Source& source) {
    if (is_utf8(source.text)) return {{"path", source.path}, {"text", source.text}};
    return {{"path", source.path}, {"bytes", widen(source.text)}};
}

Source source_of(const Json& json) {
    auto bytes = json.find("bytes");
    auto text = bytes == json.end() ? json.at("text").get<std::string>() : narrow(bytes->get<std::string>());
    return {json.at("path").get<std::string>(), std::move(text)};
}

}  // namespace

Json to_json(const Bundle& bundle) {
    auto modules = Json::object();
    for (const auto& [name, source] : bundle.modules) modules[name] = json_of(source);
    return {{"name", bundle.name}, {"main", json_of(bundle.main)}, {"modules", std::move(modules)}};
}

core::Result<Bundle> bundle_from_json(const Json& json) try {
    Bundle bundle;
    bundle.name = json.at("name").get<std::string>();
    bundle.main = source_of(json.at("main"));
    for (const auto& [name, source] : json.at("modules").items()) bundle.modules[name] = source_of(source);
    return bundle;
} catch (const Json::exception&) {
    return core::Errc::malformed;
}

}  // namespace switchhook::script
