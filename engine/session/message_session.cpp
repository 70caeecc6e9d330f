#include "session/message_session.hpp"

namespace switchhook::session {

namespace asio = boost::asio;

MessageSession::MessageSession(core::CallInfo info, std::shared_ptr<const script::Live> live, core::CallPort& port,
                               Surroundings surroundings, Past past)
    : info_(info),
      port_(port),
      with_(surroundings),
      flow_(std::move(info), std::move(live), port, surroundings, std::move(past)) {}

asio::awaitable<void> MessageSession::run() {
    with_.metrics.messages_total.Increment();
    with_.log.info("message received", {{"message", info_.id},
                                        {"from", info_.from},
                                        {"number", info_.to},
                                        {"flow", flow_.flow().name()},
                                        {"version", flow_.flow().version()}});
    auto end = co_await flow_.run("on_message");
    if (end == FlowSession::End::finished && flow_.result().is_string()) {
        core::Ask reply{"reply", {{"body", flow_.result()}}, "on_message"};
        auto done = co_await port_.perform(reply);
        if (!done.error.empty())
            with_.log.error("reply not sent",
                            {{"message", info_.id}, {"flow", flow_.flow().name()}, {"what", done.error}});
    }
    port_.finish();
    auto forgotten = co_await with_.store.forget(info_.id);
    if (!forgotten) with_.log.warn("journal not pruned", {{"message", info_.id}, {"why", forgotten.error().message()}});
}

}  // namespace switchhook::session
