#pragma once

#include "app/kept_store.hpp"
#include "core/metrics.hpp"
#include "session/kept_call.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <vector>

namespace switchhook::app {

// The calls and the text messages that an engine has kept, for one command. What it throws is std::runtime_error with a
// line for the operator.
class PastCalls {
public:
    // An error is a line for the operator.
    template <class T>
    using Found = boost::system::result<T, std::string>;

    explicit PastCalls(const StoreOptions& options);

    // The newest first.
    std::vector<core::CallRecord> list(core::CallFilter filter);
    // The call or the text message whose id begins so.
    Found<core::CallRecord> find(const std::string& id);
    // What a call used of models: session::usage_of.
    core::Json usage(const core::CallRecord& call);
    // A call with its journal and the version that it ran on; the error is that this version is not to be had.
    Found<session::KeptCall> open(const core::CallRecord& call);

private:
    KeptStore kept_;
    core::Metrics metrics_;
    script::FlowLibrary no_flows_;  // all versions come from the store
    session::PinnedFlows versions_;
};

// A call, or a text message, as `calls --json` lists it.
core::Json call_json(const core::CallRecord& call, const core::Json& usage);

// The handler whose steps are the first, or the next ones, that are told of it.
const char* handler_name(const core::CallRecord& call, std::size_t handler);

// Those of a call's settings that its flow does not have: its number's own.
core::Json own_settings(const core::CallInfo& info, const script::Flow& flow);

// Seconds and minutes, as 1:07.
std::string length_text(std::chrono::milliseconds length);

}  // namespace switchhook::app
