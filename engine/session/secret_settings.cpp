#include "session/secret_settings.hpp"

#include <algorithm>

namespace switchhook::session {
namespace {

bool is_read_by_others(std::string_view kind) {
    return kind == "converse" || kind == "tool_result" || kind == "end_conversation" || kind == "interject" ||
           kind == "chat" || kind == "log";
}

}  // namespace

bool holds_secrets(const core::CallInfo& info) {
    return std::any_of(info.settings.begin(), info.settings.end(), core::is_sealed);
}

script::Step start_flow(script::FlowRun& run, std::string_view handler, const core::CallInfo& info,
                        core::Vault* vault) {
    if (!holds_secrets(info)) return run.start(handler, info);
    core::Vault closed;
    auto opened = (vault ? *vault : closed).open_settings(info.settings, info.to);
    if (!opened.problem.empty()) return script::Failed{{}, opened.problem};
    auto open = info;
    open.settings = std::move(opened.value);
    return run.start(handler, open);
}

std::string digest_without_secrets(const core::Ask& ask, const core::Vault& vault) {
    auto told = ask;
    told.options = vault.mask(std::move(told.options));
    return told.digest();
}

core::CallInfo masked(core::CallInfo info) {
    for (auto& setting : info.settings)
        if (core::is_sealed(setting)) setting = core::Vault::instead;
    return info;
}

std::optional<core::Ask> without_secrets(const core::Ask& ask, const core::Vault& vault) {
    if (!is_read_by_others(ask.kind)) return std::nullopt;
    auto told = ask;
    told.options = vault.mask(std::move(told.options));
    return told;
}

core::Answer without_secrets(const core::Ask& ask, core::Answer answer, const core::Vault& vault) {
    answer.error = vault.mask(std::move(answer.error));
    if (ask.kind != "kv") answer.value = vault.mask(std::move(answer.value));
    return answer;
}

}  // namespace switchhook::session
