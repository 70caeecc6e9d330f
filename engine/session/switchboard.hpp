#pragma once

#include "net/http.hpp"
#include "net/websocket.hpp"
#include "net/workers.hpp"
#include "script/flow_library.hpp"
#include "session/call_registry.hpp"
#include "session/pinned_flows.hpp"
#include "twilio/webhook.hpp"

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace switchhook::session {

// Brings every webhook to its call: new calls to the flow of the number they rang, the others to the worker on which
// their call lives. A call that is not here is rebuilt from the store. Always gives TwiML that a caller can hear.
class Switchboard {
public:
    struct Options {
        twilio::Call::Timing timing;
        std::size_t max_calls = 10'000;              // at once; past it, callers hear the busy tone
        std::chrono::seconds call_lifetime{15'000};  // without a word from the carrier
        std::chrono::seconds done_lifetime{60};      // the same, once the call's last document was fetched
        std::chrono::milliseconds sweep_every{10'000};
        std::chrono::seconds look_up_after{60};  // a call that the carrier says nothing of: is it over elsewhere?
        // Where callers' audio finds this engine, if not at the origin of their webhooks: behind a load balancer that
        // takes those to any engine. As "https://voice-1.example.com".
        std::string stream_origin = {};
    };

    // All of it outlives the switchboard.
    Switchboard(Options options, net::Workers& workers, script::FlowLibrary& library, TextSender& texts,
                Surroundings surroundings);
    ~Switchboard();

    // `origin`: the public address under which the webhook came, as "https://voice.example.com".
    boost::asio::awaitable<net::Response> voice(twilio::Webhook webhook, std::string origin);
    boost::asio::awaitable<net::Response> whisper(std::string call_sid, std::size_t target);
    boost::asio::awaitable<net::Response> status(twilio::Webhook webhook);
    boost::asio::awaitable<net::Response> text_message(twilio::Webhook webhook);

    // Does what is still owed of a call whose process ended before it was done: CallSession::promise_kind.
    boost::asio::awaitable<Attempt> settle(core::Promise promise);
    // Goes on with a text whose process ended after it had answered the webhook: MessageSession::promise_kind.
    boost::asio::awaitable<Attempt> settle_message(core::Promise promise);

    // The worker on which a call lives, by its index.
    std::size_t worker_of(const std::string& call_sid) const;
    // Brings a call its audio, and keeps it for as long as the socket is of use. REQUIRES: runs on worker_of(call_sid).
    boost::asio::awaitable<void> media_stream(std::string call_sid, std::shared_ptr<net::WebSocket> socket);

    // From now on new calls go to their flow's fallback; calls in progress go on.
    void drain() { draining_ = true; }
    bool draining() const { return draining_; }

    std::size_t active_calls() const { return active_calls_; }
    // Calls in progress by number and version.
    boost::asio::awaitable<std::map<std::pair<std::string, std::string>, std::size_t>> count_calls();

    // Ends calls that the carrier has forgotten. Runs on every worker until stop().
    void start_sweeping();
    void stop_sweeping();

private:
    struct Post;  // one worker's calls and its sweep

    // The call that a webhook is for, or what answers it without one; neither: to be looked for again.
    struct Found {
        std::shared_ptr<ActiveCall> call;
        std::optional<net::Response> response;
        bool begins = false;  // the call is new, whichever turn its first webhook asked for
    };

    Post& post_of(const std::string& sid);
    boost::asio::awaitable<net::Response> answer(Post& post, twilio::Webhook webhook, std::string origin);
    boost::asio::awaitable<Found> bring(Post& post, const twilio::Webhook& webhook, const std::string& origin);
    boost::asio::awaitable<Found> open_call(Post& post, const twilio::Webhook& webhook, const std::string& origin);
    boost::asio::awaitable<Found> rebuild_call(Post& post, const twilio::Webhook& webhook, const std::string& origin);
    boost::asio::awaitable<Attempt> settle_call(Post& post, core::Promise promise);
    boost::asio::awaitable<net::Response> end_call(Post& post, twilio::Webhook webhook);
    std::shared_ptr<ActiveCall> serve(Post& post, std::shared_ptr<ActiveCall> call);
    boost::asio::awaitable<void> run_call(Post& post, std::shared_ptr<ActiveCall> call);
    boost::asio::awaitable<net::Response> answer_message(Post& post, twilio::Webhook webhook);
    boost::asio::awaitable<KeptCall> find_message(const twilio::Webhook& webhook,
                                                  std::shared_ptr<const script::Live> live);
    std::shared_ptr<ActiveMessage> open_message(Post& post, KeptCall kept,
                                                std::optional<std::uint32_t> replied_to = {});
    boost::asio::awaitable<Attempt> go_on_with_message(Post& post, core::Promise promise);
    std::string attach(const std::string& call_sid, const std::shared_ptr<twilio::MediaStream>& stream);
    boost::asio::awaitable<void> serve_message(std::shared_ptr<ActiveMessage> message);
    boost::asio::awaitable<void> sweep(Post& post);
    boost::asio::awaitable<void> forget_ended_elsewhere(Post& post);
    net::Response without_flow(const twilio::Webhook& webhook, const script::Live* live, const std::string& origin);
    net::Response without_store(const twilio::Webhook& webhook, core::Error why, const std::string& origin);
    net::Response while_draining(const twilio::Webhook& webhook, const std::string& number, const std::string& origin);

    const Options options_;
    script::FlowLibrary& library_;
    TextSender& texts_;
    Surroundings with_;
    PinnedFlows flows_;
    std::vector<std::unique_ptr<Post>> posts_;
    std::atomic<std::size_t> active_calls_{0};
    std::atomic<bool> draining_{false};
};

}  // namespace switchhook::session
