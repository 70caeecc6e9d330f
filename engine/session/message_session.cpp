#include "session/message_session.hpp"

#include <tuple>
#include <utility>

namespace switchhook::session {

namespace {

// on_message has this long after its webhook was answered before another engine takes it for lost.
constexpr std::chrono::seconds time_for_the_rest{60};

constexpr const char* received = "received";  // as Twilio's SmsStatus has it

std::string promise_id(const std::string& message) {
    return "message/" + message;
}

constexpr int longest_text = 1600;  // characters: carriers refuse more

// The beginning of a text that goes into one message, as message:reply does it.
std::string as_one_text(std::string text) {
    int characters = 0;
    for (std::size_t at = 0; at < text.size(); ++at)
        if ((text[at] & 0xC0) != 0x80 && ++characters > longest_text) return text.substr(0, at);
    return text;
}

}  // namespace

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
        core::Ask reply{"reply", {{"body", as_one_text(flow_.result().get<std::string>())}}, "on_message"};
        auto done = co_await flow_.ask(std::move(reply), first_seq_of_end + 1);
        if (!done.error.empty())
            with_.log.error("reply not sent",
                            {{"message", info_.id}, {"flow", flow_.flow().name()}, {"what", done.error}});
    }
    port_.finish();
    if (end == FlowSession::End::moved) co_return;
    // Its webhook may still come again, and gets the same document: the journal stays.
    auto closed = co_await with_.store.close_call(info_.id, with_.clock.now(), received);
    if (!closed && closed.error() != core::Errc::conflict)
        with_.log.warn("end of message not kept", {{"message", info_.id}, {"why", closed.error().message()}});
    if (promised_) std::ignore = co_await with_.promises->kept(promise_id(info_.id));
}

asio::awaitable<void> MessageSession::promise_the_rest(std::uint32_t replied_to) {
    if (!with_.promises || std::exchange(promised_, true)) co_return;
    core::Promise promise;
    promise.id = promise_id(info_.id);
    promise.business = flow_.flow().name();
    promise.kind = promise_kind;
    promise.destination = info_.id;
    promise.payload = {{"message", info_.id}, {"replied_to", replied_to}};
    promise.due = with_.clock.now() + time_for_the_rest;
    auto made = co_await with_.promises->promise(std::move(promise));
    if (!made) with_.log.warn("message not promised", {{"message", info_.id}, {"why", made.error().message()}});
}

}  // namespace switchhook::session
