#include "app/past_calls.hpp"

#include "app/time_text.hpp"
#include "session/call_usage.hpp"
#include "session/secret_settings.hpp"

#include <algorithm>
#include <cstdio>

namespace switchhook::app {
namespace {

constexpr std::size_t most_named = 3;

}  // namespace

PastCalls::PastCalls(const StoreOptions& options)
    : kept_(options),
      no_flows_({}, kept_.clock(), kept_.log(), metrics_),
      versions_(no_flows_, kept_.store(), {}, kept_.log()) {}

std::vector<core::CallRecord> PastCalls::list(core::CallFilter filter) {
    return value_of(kept_.wait(kept_.store().calls(std::move(filter))));
}

PastCalls::Found<core::CallRecord> PastCalls::find(const std::string& id) {
    if (auto exactly = value_of(kept_.wait(kept_.store().find_call(id)))) return std::move(*exactly);
    auto found = list({.id = id, .most = most_named + 1});
    if (found.size() == 1) return std::move(found.front());
    if (found.empty())
        return "no call's id begins with `" + id +
               "`: `switchhook calls` lists those that are kept, and with --texts text messages";
    auto line = "more than one call's id begins with `" + id + "`: name more of it, as of ";
    for (std::size_t i = 0; i < std::min(found.size(), most_named); ++i) line += (i > 0 ? ", " : "") + found[i].info.id;
    return line + (found.size() > most_named ? ", …" : "");
}

core::Json PastCalls::usage(const core::CallRecord& call) {
    return session::usage_of(value_of(kept_.wait(kept_.store().journal(call.info.id))));
}

PastCalls::Found<session::KeptCall> PastCalls::open(const core::CallRecord& call) {
    auto found = kept_.wait(session::find_kept_call(call.info.id, kept_.store(), versions_));
    if (found) {
        found->record.info = session::masked(std::move(found->record.info));
        return std::move(*found);
    }
    if (found.error() == core::Errc::not_found)
        return "the store does not hold version " + call.version + " of " + call.flow + ", on which this call ran";
    if (found.error() == core::Errc::malformed)
        return "this engine cannot run version " + call.version + " of " + call.flow + ", on which this call ran";
    throw std::runtime_error(found.error().message());
}

core::Json call_json(const core::CallRecord& call, const core::Json& usage) {
    const auto& info = call.info;
    core::Json line{{call.is_text() ? "text" : "call", info.id},
                    {"flow", call.flow},
                    {"version", call.version},
                    {"from", info.from},
                    {"to", info.to},
                    {"started", time_text(info.started)},
                    {"ended", nullptr},
                    {"seconds", nullptr},
                    {"status", call.ended ? call.status : "active"},
                    {"usage", usage}};
    if (call.ended) {
        line["ended"] = time_text(*call.ended);
        line["seconds"] = std::chrono::duration<double>(*call.ended - info.started).count();
    }
    return line;
}

const char* handler_name(const core::CallRecord& call, std::size_t handler) {
    if (call.is_text()) return "on_message";
    return handler == 0 ? "on_call" : "on_call_ended";
}

core::Json own_settings(const core::CallInfo& info, const script::Flow& flow) {
    auto own = core::Json::object();
    for (const auto& [name, value] : info.settings.items()) {
        auto usual = flow.settings().find(name);
        if (usual == flow.settings().end() || *usual != value) own[name] = value;
    }
    return own;
}

std::string length_text(std::chrono::milliseconds length) {
    auto seconds = std::chrono::floor<std::chrono::seconds>(length).count();
    char text[32];
    std::snprintf(text, sizeof text, "%lld:%02lld", static_cast<long long>(seconds / 60),
                  static_cast<long long>(seconds % 60));
    return text;
}

}  // namespace switchhook::app
