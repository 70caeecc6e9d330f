#include "session/pinned_flows.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace switchhook::session {

namespace asio = boost::asio;
using core::Errc;
using core::Result;

PinnedFlows::PinnedFlows(const script::FlowLibrary& library, core::Store& store, script::Limits limits, core::Log& log)
    : library_(library),
      store_(store),
      limits_(limits),
      log_(log),
      context_(1),
      work_(context_.get_executor()),
      compiler_([this] {
          script::Watchdog::Registration registration(watchdog_);
          context_.run();
      }) {}

PinnedFlows::~PinnedFlows() {
    context_.stop();
}

asio::awaitable<Result<std::shared_ptr<const script::Live>>> PinnedFlows::find(std::string flow, std::string version,
                                                                               core::Json settings) {
    auto found = library_.flow(flow);
    if (!found || found->version() != version) found = recall({flow, version});
    if (!found) {
        auto loaded = co_await load({flow, version});
        if (!loaded) co_return loaded.error();
        found = *loaded;
    }
    script::NumberEntry entry;
    entry.flow = std::move(flow);
    co_return std::make_shared<const script::Live>(script::Live{std::move(found), std::move(entry), settings, {}});
}

asio::awaitable<Result<PinnedFlows::Flow>> PinnedFlows::load(Name name) {
    auto sources = co_await store_.find_version(name.first, name.second);
    if (!sources) co_return sources.error();
    if (!*sources) co_return Errc::not_found;
    auto compiling = compile(std::move(name), std::move(**sources));
    co_return co_await asio::co_spawn(context_, std::move(compiling), asio::use_awaitable);
}

// REQUIRES: on the compiler's thread. It does not suspend: of many calls that wait for one version, the first compiles.
asio::awaitable<Result<PinnedFlows::Flow>> PinnedFlows::compile(Name name, core::Json sources) {
    if (auto flow = recall(name)) co_return flow;
    auto refuse = [&](const std::string& why) {
        log_.error("version does not load", {{"flow", name.first}, {"version", name.second}, {"why", why}});
        return Errc::malformed;
    };
    auto bundle = script::bundle_from_json(sources);
    if (!bundle || bundle->name != name.first || bundle->version() != name.second)
        co_return refuse("its sources in the store are not those that it was made of");
    auto compiled = script::Flow::compile(std::move(*bundle), limits_);
    if (auto* problems = std::get_if<script::Problems>(&compiled)) co_return refuse(script::lines(*problems));
    auto flow = std::get<Flow>(std::move(compiled));
    remember(name, flow);
    co_return flow;
}

PinnedFlows::Flow PinnedFlows::recall(const Name& name) {
    std::lock_guard lock(mutex_);
    auto found = compiled_.find(name);
    if (found == compiled_.end()) return nullptr;
    found->second.used = ++uses_;
    return found->second.flow;
}

void PinnedFlows::remember(const Name& name, Flow flow) {
    std::lock_guard lock(mutex_);
    compiled_[name] = {std::move(flow), ++uses_};
    if (compiled_.size() <= remembered) return;
    auto earlier = [](const auto& a, const auto& b) { return a.second.used < b.second.used; };
    compiled_.erase(std::min_element(compiled_.begin(), compiled_.end(), earlier));
}

}  // namespace switchhook::session
