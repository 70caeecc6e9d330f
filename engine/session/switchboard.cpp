#include "session/switchboard.hpp"

#include "twilio/call_parameters.hpp"
#include "twiml/verbs.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace switchhook::session {
namespace {

namespace asio = boost::asio;
using core::Ask;
using core::Json;

constexpr const char* not_in_service = "The number you have called is not set up yet. Goodbye.";
constexpr const char* nobody = "Sorry, nobody can take your call now. Please call again later.";
constexpr const char* restarting = "We are restarting our phone system. Please call again in a minute. Goodbye.";

constexpr std::uint16_t policy_violation = 1008;  // RFC 6455 §7.4.1

net::Response document_of(std::initializer_list<Ask> asks, const twiml::Urls& urls = {}) {
    twiml::Document document;
    for (const auto& ask : asks)
        if (!twiml::append(document, ask, urls)) document.clear();
    return net::xml_response(200, document.render());
}

net::Response empty_document() {
    return document_of({});
}

// Runs `work` on the executor where its call lives; where that is this one already, without a detour.
template <class T>
asio::awaitable<T> on(net::Workers::Executor executor, asio::awaitable<T> work) {
    if (executor.running_in_this_thread()) co_return co_await std::move(work);
    co_return co_await asio::co_spawn(executor, std::move(work), asio::use_awaitable);
}

}  // namespace

struct Switchboard::Post {
    explicit Post(net::Workers::Executor e) : executor(e), timer(e) {}

    net::Workers::Executor executor;
    CallRegistry registry;
    asio::steady_timer timer;  // the next sweep
    bool sweeping = false;
};

Switchboard::Switchboard(Options options, net::Workers& workers, script::FlowLibrary& library, TextSender& texts,
                         Surroundings surroundings)
    : options_(options), workers_(workers), library_(library), texts_(texts), with_(surroundings) {
    for (std::size_t i = 0; i < workers.size(); ++i) posts_.push_back(std::make_unique<Post>(workers.executor(i)));
}

Switchboard::~Switchboard() = default;

Switchboard::Post& Switchboard::post_of(const std::string& sid) {
    return *posts_[worker_of(sid)];
}

std::size_t Switchboard::worker_of(const std::string& call_sid) const {
    return std::hash<std::string>()(call_sid) % posts_.size();
}

asio::awaitable<net::Response> Switchboard::voice(twilio::Webhook webhook, unsigned turn, std::string origin) {
    auto& post = post_of(webhook.call_sid);
    co_return co_await on(post.executor, answer(post, std::move(webhook), turn, std::move(origin)));
}

asio::awaitable<net::Response> Switchboard::answer(Post& post, twilio::Webhook webhook, unsigned turn,
                                                   std::string origin) {
    auto call = post.registry.find_call(webhook.call_sid);
    if (!call) {
        if (post.registry.is_over(webhook.call_sid) || twilio::has_ended(webhook)) co_return empty_document();
        if (turn > 0)
            with_.log.warn("webhook of a call that is not known here",
                           {{"call", webhook.call_sid}, {"turn", int(turn)}});
        auto live = library_.find(webhook.to);
        if (!live || !live->flow->handles("on_call") || draining_ || active_calls_ >= options_.max_calls)
            co_return without_flow(webhook, live.get(), origin);
        call = open_call(post, webhook, std::move(live), std::move(origin));
        turn = 0;
    }
    call->touched = with_.clock.now();
    auto reply = co_await call->port.turn(turn, std::move(webhook));
    if (reply.repeated) with_.metrics.webhooks_repeated_total.Increment();
    if (reply.kept_waiting) with_.metrics.slow_asks_total.Increment();
    co_return net::xml_response(200, std::move(reply.document));
}

std::shared_ptr<ActiveCall> Switchboard::open_call(Post& post, const twilio::Webhook& webhook,
                                                   std::shared_ptr<const script::Live> live, std::string origin) {
    auto info = twilio::call_info(webhook, with_.clock.now());
    info.settings = live->settings;
    auto call = std::make_shared<ActiveCall>(std::move(info), std::move(live), std::move(origin), options_.timing,
                                             post.executor, with_);
    post.registry.add(call);
    ++active_calls_;
    with_.metrics.calls_active.Increment();
    asio::co_spawn(post.executor, serve_call(post, call), asio::detached);
    return call;
}

// What goes wrong with one call's record touches no other call.
asio::awaitable<void> Switchboard::serve_call(Post& post, std::shared_ptr<ActiveCall> call) {
    const auto sid = call->session.info().id;
    try {
        co_await call->session.run();
    } catch (const std::exception& error) {
        with_.log.error("call broke off", {{"call", sid}, {"what", error.what()}});
    }
    post.registry.remove_call(sid, with_.clock.now());
    --active_calls_;
    with_.metrics.calls_active.Decrement();
}

// No flow takes this call: the caller hears why, and reaches a person where the number's flow names one.
net::Response Switchboard::without_flow(const twilio::Webhook& webhook, const script::Live* live,
                                        const std::string& origin) {
    auto number = live && live->flow->fallback().is_object() ? live->flow->fallback().value("dial", "") : "";
    if (active_calls_ >= options_.max_calls && live) {
        with_.metrics.overload_total.Increment();
        with_.log.error("call rejected: as many calls as --max-calls allows",
                        {{"call", webhook.call_sid}, {"number", webhook.to}});
        return document_of({{"reject", {{"reason", "busy"}}, ""}});
    }
    if (draining_ && live) return while_draining(webhook, number, origin);
    with_.log.error("call to a number that no flow answers: add it to numbers.lua",
                    {{"call", webhook.call_sid}, {"number", webhook.to}});
    return document_of({{"say", {{"text", not_in_service}}, ""}, {"hangup", Json::object(), ""}});
}

// A person takes the call, where the flow names one. What came of that comes back here: there is no call to find.
net::Response Switchboard::while_draining(const twilio::Webhook& webhook, const std::string& number,
                                          const std::string& origin) {
    const Ask hangup{"hangup", Json::object(), ""};
    auto outcome = webhook.params.get("DialCallStatus");
    if (outcome == "completed" || outcome == "answered") return document_of({hangup});
    if (!outcome.empty()) return document_of({{"say", {{"text", nobody}}, ""}, hangup});
    with_.log.warn("call not taken: the engine drains",
                   {{"call", webhook.call_sid}, {"number", webhook.to}, {"dial", number}});
    if (number.empty()) return document_of({{"say", {{"text", restarting}}, ""}, hangup});
    twiml::Urls urls;
    urls.action = origin + "/twilio/continue/1";
    return document_of({{"dial", {{"to", Json::array({{{"number", number}}})}}, ""}}, urls);
}

asio::awaitable<net::Response> Switchboard::whisper(std::string call_sid, std::size_t target) {
    auto& post = post_of(call_sid);
    auto work = [](Post& p, std::string sid, std::size_t t) -> asio::awaitable<net::Response> {
        auto call = p.registry.find_call(sid);
        co_return call ? net::xml_response(200, call->port.whisper(t)) : empty_document();
    };
    co_return co_await on(post.executor, work(post, std::move(call_sid), target));
}

asio::awaitable<void> Switchboard::media_stream(std::string call_sid, std::shared_ptr<net::WebSocket> socket) {
    auto stream = co_await twilio::MediaStream::open(socket, {});
    const auto why = !stream ? stream.error().message() : attach(call_sid, *stream);
    if (!why.empty()) {
        with_.metrics.streams_refused_total.Increment();
        with_.log.warn("media stream refused", {{"call", call_sid}, {"why", why}});
        co_await socket->close(policy_violation);
        co_return;
    }
    const auto& sid = (*stream)->start().stream_sid;
    with_.metrics.streams_opened_total.Increment();
    with_.log.info("media stream opened", {{"call", call_sid}, {"stream", sid}});
    auto broke_off = co_await (*stream)->run();
    if (!broke_off) {
        with_.log.info("media stream ended", {{"call", call_sid}, {"stream", sid}});
        co_return;
    }
    with_.metrics.streams_dropped_total.Increment();
    with_.log.warn("media stream dropped", {{"call", call_sid}, {"stream", sid}, {"why", broke_off.message()}});
}

// What keeps the call from taking the stream, or nothing.
std::string Switchboard::attach(const std::string& call_sid, const std::shared_ptr<twilio::MediaStream>& stream) {
    auto call = post_of(call_sid).registry.find_call(call_sid);
    if (!call) return "there is no such call here";
    call->touched = with_.clock.now();
    if (!call->port.attach(stream)) return "the call does not wait for it: its token is missing, wrong or used up";
    return {};
}

asio::awaitable<net::Response> Switchboard::status(twilio::Webhook webhook) {
    auto& post = post_of(webhook.call_sid);
    auto work = [](Post& p, twilio::Webhook w, core::Time now) -> asio::awaitable<net::Response> {
        if (auto call = p.registry.find_call(w.call_sid)) {
            call->touched = now;
            if (twilio::has_ended(w)) {
                call->session.set_status(std::string(w.params.get("CallStatus")));
                call->port.end();
            }
        }
        co_return empty_document();
    };
    co_return co_await on(post.executor, work(post, std::move(webhook), with_.clock.now()));
}

asio::awaitable<net::Response> Switchboard::text_message(twilio::Webhook webhook) {
    auto& post = post_of(webhook.message_sid);
    co_return co_await on(post.executor, answer_message(post, std::move(webhook)));
}

asio::awaitable<net::Response> Switchboard::answer_message(Post& post, twilio::Webhook webhook) {
    auto message = post.registry.find_message(webhook.message_sid);
    if (message) {
        with_.metrics.webhooks_repeated_total.Increment();
    } else {
        auto live = library_.find(webhook.to);
        if (!live || !live->flow->handles("on_message")) {
            with_.log.warn("text message that no flow answers",
                           {{"message", webhook.message_sid}, {"number", webhook.to}});
            co_return empty_document();
        }
        auto info = twilio::message_info(webhook, with_.clock.now());
        info.settings = live->settings;
        auto send_later = [this, to = info.from, from = info.to, account = info.account](Json reply) {
            OutgoingText text{to, from, reply.value("body", ""), reply.value("media", std::vector<std::string>()),
                              account};
            return texts_.send(std::move(text));
        };
        message = std::make_shared<ActiveMessage>(std::move(info), std::move(live), send_later,
                                                  options_.timing.reply_within, post.executor, with_);
        message->touched = with_.clock.now();
        post.registry.add(message);
        asio::co_spawn(post.executor, serve_message(message), asio::detached);
    }
    auto document = co_await message->port.reply();
    co_return net::xml_response(200, std::move(document));
}

asio::awaitable<void> Switchboard::serve_message(std::shared_ptr<ActiveMessage> message) {
    try {
        co_await message->session.run();
    } catch (const std::exception& error) {
        with_.log.error("message broke off", {{"message", message->session.info().id}, {"what", error.what()}});
        message->port.finish();
    }
}

asio::awaitable<std::map<std::pair<std::string, std::string>, std::size_t>> Switchboard::count_calls() {
    std::map<std::pair<std::string, std::string>, std::size_t> all;
    for (auto& post : posts_) {
        auto work = [](Post& p) -> asio::awaitable<std::map<std::pair<std::string, std::string>, std::size_t>> {
            co_return p.registry.count();
        };
        auto counts = co_await on(post->executor, work(*post));
        for (const auto& [key, count] : counts) all[key] += count;
    }
    co_return all;
}

void Switchboard::start_sweeping() {
    for (auto& post : posts_) {
        post->sweeping = true;
        asio::co_spawn(post->executor, sweep(*post), asio::detached);
    }
}

void Switchboard::stop_sweeping() {
    for (auto& post : posts_)
        asio::post(post->executor, [&post = *post] {
            post.sweeping = false;
            post.timer.cancel();
        });
}

asio::awaitable<void> Switchboard::sweep(Post& post) {
    while (post.sweeping) {
        post.timer.expires_after(options_.sweep_every);
        co_await post.timer.async_wait(asio::as_tuple(asio::use_awaitable));
        auto expired = post.registry.sweep(with_.clock.now(), options_.call_lifetime);
        for (const auto& call : expired) {
            with_.metrics.calls_expired_total.Increment();
            with_.log.warn("call expired: the carrier never said that it ended; set the number's status callback",
                           {{"call", call->session.info().id}, {"number", call->session.info().to}});
        }
    }
}

}  // namespace switchhook::session
