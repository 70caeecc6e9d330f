#pragma once

#include "core/log.hpp"
#include "core/store.hpp"
#include "script/flow_library.hpp"
#include "script/watchdog.hpp"
#include "script/worker_thread.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace switchhook::session {

// The versions of flows by their hash, for calls that began on them: those that are live, and those that were, which
// are compiled again from the sources in the store. Compiling happens on one thread of its own, whoever waits for it;
// the versions last asked for stay compiled. Safe to use from any thread.
class PinnedFlows {
public:
    static constexpr std::size_t remembered = 64;  // versions, of all flows together

    // All of it outlives the flows.
    PinnedFlows(const script::FlowLibrary& library, core::Store& store, script::Limits limits, core::Log& log);
    ~PinnedFlows();

    // What answers a call that began on this version with these settings. Errc::not_found where the store does not
    // have it, Errc::malformed where this engine cannot run it (the log says why), Errc::unavailable.
    boost::asio::awaitable<core::Result<std::shared_ptr<const script::Live>>> find(std::string flow,
                                                                                   std::string version,
                                                                                   core::Json settings);

private:
    using Flow = std::shared_ptr<const script::Flow>;
    using Name = std::pair<std::string, std::string>;  // flow, version
    struct Compiled {
        Flow flow;
        std::uint64_t used = 0;
    };

    Flow recall(const Name& name);
    void remember(const Name& name, Flow flow);
    boost::asio::awaitable<core::Result<Flow>> load(Name name);
    boost::asio::awaitable<core::Result<Flow>> compile(Name name, core::Json sources);

    const script::FlowLibrary& library_;
    core::Store& store_;
    const script::Limits limits_;
    core::Log& log_;

    std::mutex mutex_;  // guards the next two
    std::map<Name, Compiled> compiled_;
    std::uint64_t uses_ = 0;

    script::Watchdog watchdog_;
    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    script::WorkerThread compiler_;
};

}  // namespace switchhook::session
