#include "script/flow_run.hpp"

#include "script/compiled_flow.hpp"
#include "script/flow_state.hpp"

#include <optional>

namespace switchhook::script {

struct FlowRun::State {
    State(std::shared_ptr<const Flow> f, const Limits& l) : flow(std::move(f)), limits(l) {}

    std::shared_ptr<const Flow> flow;
    Limits limits;
    std::optional<FlowState> lua;  // opened by the first start: a run that waits for its turn costs nothing
    bool loaded = false;
};

FlowRun::FlowRun(std::shared_ptr<const Flow> flow, const Limits& limits)
    : state_(std::make_unique<State>(std::move(flow), limits)) {}

FlowRun::FlowRun(FlowRun&&) noexcept = default;
FlowRun& FlowRun::operator=(FlowRun&&) noexcept = default;
FlowRun::~FlowRun() = default;

Step FlowRun::start(std::string_view handler, const core::CallInfo& info) {
    auto& state = *state_;
    if (!state.lua) state.lua.emplace(state.flow->compiled(), state.limits, info.id);
    if (!state.loaded) {
        if (auto failure = state.lua->load(info.started)) return *failure;
        state.loaded = true;
    }
    return state.lua->start(handler, info);
}

Step FlowRun::resume(const core::Answer& answer) {
    return state_->lua->resume(answer);
}

const Flow& FlowRun::flow() const {
    return *state_->flow;
}

std::string FlowRun::values() const {
    return state_->lua ? state_->lua->values() : std::string();
}

std::size_t FlowRun::memory_bytes() const {
    return state_->lua ? state_->lua->memory().used() : 0;
}

}  // namespace switchhook::script
