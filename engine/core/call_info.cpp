#include "core/call_info.hpp"

namespace switchhook::core {

Json to_json(const CallInfo& info) {
    return {{"id", info.id},
            {"from", info.from},
            {"to", info.to},
            {"provider", info.provider},
            {"account", info.account},
            {"direction", info.direction},
            {"settings", info.settings},
            {"caller", info.caller},
            {"message", info.message},
            {"started", info.started.time_since_epoch().count()}};
}

CallInfo call_info_from_json(const Json& json) {
    CallInfo info;
    info.id = json.value("id", "");
    info.from = json.value("from", "");
    info.to = json.value("to", "");
    info.provider = json.value("provider", "");
    info.account = json.value("account", "");
    info.direction = json.value("direction", info.direction);
    info.settings = json.value("settings", info.settings);
    info.caller = json.value("caller", info.caller);
    info.message = json.value("message", info.message);
    info.started = Time(std::chrono::milliseconds(json.value("started", std::int64_t{0})));
    return info;
}

}  // namespace switchhook::core
