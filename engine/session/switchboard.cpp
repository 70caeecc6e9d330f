#include "session/switchboard.hpp"

#include "core/json_text.hpp"
#include "script/effective_settings.hpp"
#include "twilio/call_parameters.hpp"
#include "twiml/verbs.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

namespace switchhook::session {
namespace {

namespace asio = boost::asio;
using core::Ask;
using core::Json;

constexpr const char* not_in_service = "The number you have called is not set up yet. Goodbye.";
constexpr const char* nobody = "Sorry, nobody can take your call now. Please call again later.";
constexpr const char* restarting = "We are restarting our phone system. Please call again in a minute. Goodbye.";

constexpr const char* broken = "Sorry, something went wrong on our side. Please call again later.";
constexpr const char* connecting = "Sorry, something went wrong on our side. I am connecting you to someone.";

// How often a call may be lost to another engine while one webhook waits for it.
constexpr int most_attempts = 5;

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

Ask say(const char* text) {
    return {"say", {{"text", text}}, ""};
}
Ask hangup() {
    return {"hangup", Json::object(), ""};
}
Ask dial(const std::string& number) {
    return {"dial", {{"to", Json::array({{{"number", number}}})}}, ""};
}

twiml::Urls dial_urls(const std::string& origin) {
    twiml::Urls urls;
    urls.action = origin + "/twilio/continue/1/0";
    return urls;
}

net::Response after_dial(std::string_view outcome) {
    if (outcome == "completed" || outcome == "answered") return document_of({hangup()});
    return document_of({say(nobody), hangup()});
}

// Who takes a call in the place of its flow; empty where it names nobody.
std::string fallback_number(const script::Live* live) {
    return live ? core::text_of(script::fallback_of(*live->flow, live->settings), "dial") : "";
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
    std::unordered_map<std::string, std::shared_ptr<core::Event>> coming;  // calls that are looked for, by SID
    asio::steady_timer timer;                                              // the next sweep
    bool sweeping = false;
};

Switchboard::Switchboard(Options options, net::Workers& workers, script::FlowLibrary& library, TextSender& texts,
                         Surroundings surroundings)
    : options_(options),
      library_(library),
      texts_(texts),
      with_(surroundings),
      flows_(library, surroundings.store, surroundings.limits, surroundings.log) {
    for (std::size_t i = 0; i < workers.size(); ++i) posts_.push_back(std::make_unique<Post>(workers.executor(i)));
}

Switchboard::~Switchboard() = default;

Switchboard::Post& Switchboard::post_of(const std::string& sid) {
    return *posts_[worker_of(sid)];
}

std::size_t Switchboard::worker_of(const std::string& call_sid) const {
    return std::hash<std::string>()(call_sid) % posts_.size();
}

asio::awaitable<net::Response> Switchboard::voice(twilio::Webhook webhook, std::string origin) {
    auto& post = post_of(webhook.call_sid);
    co_return co_await on(post.executor, answer(post, std::move(webhook), std::move(origin)));
}

asio::awaitable<net::Response> Switchboard::answer(Post& post, twilio::Webhook webhook, std::string origin) {
    auto turn = webhook.route.turn;
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        auto call = post.registry.find_call(webhook.call_sid);
        // Another engine has led the call on.
        if (call && !call->port.knows(turn, webhook.route.step)) std::exchange(call, nullptr)->port.abandon();
        if (!call) {
            auto found = co_await bring(post, webhook, origin);
            if (found.response) co_return std::move(*found.response);
            call = std::move(found.call);
            if (!call) continue;
            if (found.begins) turn = 0;
        }
        call->touched = with_.clock.now();
        auto reply = co_await call->port.turn(turn, webhook);
        if (reply.moved) continue;
        if (reply.repeated) with_.metrics.webhooks_repeated_total.Increment();
        if (reply.kept_waiting) with_.metrics.slow_asks_total.Increment();
        co_return net::xml_response(200, std::move(reply.document));
    }
    co_return without_store(webhook, core::Errc::conflict, origin);
}

// One webhook looks for a call, others of the same call wait for what it finds.
asio::awaitable<Switchboard::Found> Switchboard::bring(Post& post, const twilio::Webhook& webhook,
                                                       const std::string& origin) {
    if (auto coming = post.coming.find(webhook.call_sid); coming != post.coming.end()) {
        auto event = coming->second;
        co_await event->wait();
        co_return Found{};
    }
    if (post.registry.is_over(webhook.call_sid)) co_return Found{{}, empty_document()};
    auto event = std::make_shared<core::Event>();
    post.coming.emplace(webhook.call_sid, event);
    auto looking = webhook.route.turn > 0 ? rebuild_call(post, webhook, origin) : open_call(post, webhook, origin);
    auto [failure, found] =
        co_await asio::co_spawn(post.executor, std::move(looking), asio::as_tuple(asio::use_awaitable));
    post.coming.erase(webhook.call_sid);
    event->set();
    if (failure) std::rethrow_exception(failure);
    co_return std::move(found);
}

asio::awaitable<Switchboard::Found> Switchboard::open_call(Post& post, const twilio::Webhook& webhook,
                                                           const std::string& origin) {
    if (twilio::has_ended(webhook)) co_return Found{{}, empty_document()};
    auto live = library_.find(webhook.to, webhook.from);
    if (!live || !live->flow->handles("on_call") || draining_ || active_calls_ >= options_.max_calls)
        co_return Found{{}, without_flow(webhook, live.get(), origin)};
    auto info = twilio::call_info(webhook, with_.clock.now());
    info.settings = live->settings;
    core::CallRecord record{info, live->flow->name(), live->flow->version()};
    auto opened = co_await with_.store.open_call(std::move(record));
    if (opened.error() == core::Errc::conflict) co_return co_await rebuild_call(post, webhook, origin);
    if (!opened) co_return Found{{}, without_store(webhook, opened.error(), origin)};
    auto call =
        std::make_shared<ActiveCall>(std::move(info), std::move(live), origin, options_.timing, post.executor, with_);
    co_return Found{serve(post, std::move(call)), {}, true};
}

asio::awaitable<Switchboard::Found> Switchboard::rebuild_call(Post& post, const twilio::Webhook& webhook,
                                                              const std::string& origin) {
    const auto& route = webhook.route;
    // What came of a dial that the engine itself asked for, in the place of a flow.
    if (auto outcome = webhook.params.get("DialCallStatus"); route.step == 0 && !outcome.empty())
        co_return Found{{}, after_dial(outcome)};
    auto kept = co_await find_kept_call(webhook.call_sid, with_.store, flows_);
    if (kept.error() == core::Errc::not_found && route.turn > 0) {
        with_.log.warn("webhook of a call that is not known", {{"call", webhook.call_sid}, {"turn", int(route.turn)}});
        co_return co_await open_call(post, webhook, origin);
    }
    if (!kept) co_return Found{{}, without_store(webhook, kept.error(), origin)};
    if (kept->record.ended) co_return Found{{}, empty_document()};
    twilio::Call::Arrival arrival{route.turn, route.step, webhook};
    auto call = std::make_shared<ActiveCall>(std::move(*kept), std::move(arrival), origin, options_.timing,
                                             post.executor, with_);
    co_return Found{serve(post, std::move(call)), {}};
}

std::shared_ptr<ActiveCall> Switchboard::serve(Post& post, std::shared_ptr<ActiveCall> call) {
    call->touched = with_.clock.now();
    if (!options_.stream_origin.empty()) call->port.bring_audio_to(options_.stream_origin);
    post.registry.add(call);
    ++active_calls_;
    with_.metrics.calls_active.Increment();
    asio::co_spawn(post.executor, run_call(post, call), asio::detached);
    return call;
}

// What goes wrong with one call's record touches no other call.
asio::awaitable<void> Switchboard::run_call(Post& post, std::shared_ptr<ActiveCall> call) {
    try {
        co_await call->session.run();
    } catch (const std::exception& error) {
        with_.log.error("call broke off", {{"call", call->session.info().id}, {"what", error.what()}});
    }
    // Where another engine was quicker, it leads the call.
    if (!call->port.ended()) call->port.abandon();
    post.registry.remove(*call, with_.clock.now());
    --active_calls_;
    with_.metrics.calls_active.Decrement();
    if (!call->session.owes_end()) co_return;
    core::Promise end;
    end.payload = {{"call", call->session.info().id}};
    co_await settle_call(post, std::move(end));
}

// No flow takes this call: the caller hears why, and reaches a person where the number's flow names one.
net::Response Switchboard::without_flow(const twilio::Webhook& webhook, const script::Live* live,
                                        const std::string& origin) {
    auto number = fallback_number(live);
    if (active_calls_ >= options_.max_calls && live) {
        with_.metrics.overload_total.Increment();
        with_.log.error("call rejected: as many calls as --max-calls allows",
                        {{"call", webhook.call_sid}, {"number", webhook.to}});
        return document_of({{"reject", {{"reason", "busy"}}, ""}});
    }
    if (draining_ && live) return while_draining(webhook, number, origin);
    with_.log.error("call to a number that no flow answers: add it to numbers.lua",
                    {{"call", webhook.call_sid}, {"number", webhook.to}});
    return document_of({say(not_in_service), hangup()});
}

// A person takes the call, where the flow names one. What came of that comes back here: there is no call to find.
net::Response Switchboard::while_draining(const twilio::Webhook& webhook, const std::string& number,
                                          const std::string& origin) {
    with_.log.warn("call not taken: the engine drains",
                   {{"call", webhook.call_sid}, {"number", webhook.to}, {"dial", number}});
    if (number.empty()) return document_of({say(restarting), hangup()});
    return document_of({dial(number)}, dial_urls(origin));
}

// The store is out of order, or the call cannot be led on from what it holds.
net::Response Switchboard::without_store(const twilio::Webhook& webhook, core::Error why, const std::string& origin) {
    auto live = library_.find(webhook.to);
    auto number = fallback_number(live.get());
    with_.metrics.fallbacks_total.Increment();
    with_.log.error("call takes the fallback: the store does not hold it",
                    {{"call", webhook.call_sid}, {"number", webhook.to}, {"why", why.message()}, {"dial", number}});
    if (number.empty()) return document_of({say(broken), hangup()});
    return document_of({say(connecting), dial(number)}, dial_urls(origin));
}

asio::awaitable<net::Response> Switchboard::whisper(std::string call_sid, std::size_t target) {
    auto& post = post_of(call_sid);
    auto work = [](Switchboard& board, Post& p, std::string sid, std::size_t t) -> asio::awaitable<net::Response> {
        if (auto call = p.registry.find_call(sid)) co_return net::xml_response(200, call->port.whisper(t));
        auto kept = co_await find_kept_call(sid, board.with_.store, board.flows_);
        auto ask = kept ? next_ask(*kept, board.with_.limits) : std::nullopt;
        co_return ask ? net::xml_response(200, twilio::Call::whisper(*ask, t)) : empty_document();
    };
    co_return co_await on(post.executor, work(*this, post, std::move(call_sid), target));
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
    co_return co_await on(post.executor, end_call(post, std::move(webhook)));
}

// When the carrier has its reply, the end of the call is kept.
asio::awaitable<net::Response> Switchboard::end_call(Post& post, twilio::Webhook webhook) {
    auto call = post.registry.find_call(webhook.call_sid);
    if (call) call->touched = with_.clock.now();
    if (!twilio::has_ended(webhook) || (!call && post.registry.is_over(webhook.call_sid))) co_return empty_document();
    std::string status(webhook.params.get("CallStatus"));
    if (!call) {
        auto kept = co_await find_kept_call(webhook.call_sid, with_.store, flows_);
        if (!kept && kept.error() != core::Errc::not_found)
            with_.log.error("end of call not kept", {{"call", webhook.call_sid}, {"why", kept.error().message()}});
        if (!kept || kept->record.ended || post.registry.find_call(webhook.call_sid)) co_return empty_document();
        call = std::make_shared<ActiveCall>(std::move(*kept), std::nullopt, "", options_.timing, post.executor, with_);
        co_await call->session.close(status);
        call->port.end();
        serve(post, call);
        co_return empty_document();
    }
    co_await call->session.close(status);
    call->port.end();
    co_return empty_document();
}

asio::awaitable<Attempt> Switchboard::settle(core::Promise promise) {
    auto& post = post_of(core::text_of(promise.payload, "call"));
    co_return co_await on(post.executor, settle_call(post, std::move(promise)));
}

asio::awaitable<Attempt> Switchboard::settle_call(Post& post, core::Promise promise) {
    const auto sid = core::text_of(promise.payload, "call");
    if (post.registry.find_call(sid)) co_return TryLater{"it goes on here"};
    auto kept = co_await find_kept_call(sid, with_.store, flows_);
    if (kept.error() == core::Errc::not_found || kept.error() == core::Errc::malformed)
        co_return GiveUp{"the store does not hold the call: " + kept.error().message()};
    if (!kept) co_return TryLater{kept.error().message()};
    auto record = kept->record;
    ActiveCall call(std::move(*kept), std::nullopt, "", options_.timing, post.executor, with_);
    call.port.end();
    if (!record.ended) {
        co_await call.session.close(core::text_of(promise.payload, "status"));
        co_await call.session.run();
    } else {
        co_await call.session.settle(std::move(record));
    }
    co_return Kept{};
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
        auto live = library_.find(webhook.to, webhook.from);
        if (!live || !live->flow->handles("on_message")) {
            with_.log.warn("text message that no flow answers",
                           {{"message", webhook.message_sid}, {"number", webhook.to}});
            co_return empty_document();
        }
        auto kept = co_await find_message(webhook, std::move(live));
        message = post.registry.find_message(webhook.message_sid);
        if (!message) message = open_message(post, std::move(kept));
    }
    auto document = co_await message->port.reply();
    // What the flow still does is not lost with this process.
    if (!message->port.finished()) co_await message->session.promise_the_rest(message->port.replied_to());
    co_return net::xml_response(200, std::move(document));
}

// The message as the store has it from now on. A process before this one may have begun with it; and where the store is
// out of order, a flow that needs it not still replies.
asio::awaitable<KeptCall> Switchboard::find_message(const twilio::Webhook& webhook,
                                                    std::shared_ptr<const script::Live> live) {
    auto info = twilio::message_info(webhook, with_.clock.now());
    info.settings = live->settings;
    core::CallRecord record{std::move(info), live->flow->name(), live->flow->version()};
    auto opened = co_await with_.store.open_call(record);
    if (opened.error() == core::Errc::conflict) {
        auto kept = co_await find_kept_call(webhook.message_sid, with_.store, flows_);
        if (kept) co_return std::move(*kept);
        opened = kept.error();
    }
    if (!opened)
        with_.log.warn("message not kept", {{"message", webhook.message_sid}, {"why", opened.error().message()}});
    co_return KeptCall{std::move(record), {}, std::move(live)};
}

std::shared_ptr<ActiveMessage> Switchboard::open_message(Post& post, KeptCall kept,
                                                         std::optional<std::uint32_t> replied_to) {
    const auto& info = kept.record.info;
    // Of one that another process went on with, nobody knows which of the late replies it had sent.
    std::optional<core::Time> perhaps_since;
    if (replied_to) perhaps_since = info.started;
    auto send_later = [this, id = info.id, to = info.from, from = info.to, account = info.account,
                       perhaps_since](Ask reply) {
        OutgoingText text{to, from, reply.options.value("body", ""),
                          reply.options.value("media", std::vector<std::string>()), account};
        text.key = id + ":" + std::to_string(reply.seq);
        text.perhaps_since = perhaps_since;
        return texts_.send(std::move(text));
    };
    auto message = std::make_shared<ActiveMessage>(std::move(kept), send_later, options_.timing.reply_within,
                                                   post.executor, with_, replied_to);
    message->touched = with_.clock.now();
    post.registry.add(message);
    asio::co_spawn(post.executor, serve_message(message), asio::detached);
    return message;
}

asio::awaitable<Attempt> Switchboard::settle_message(core::Promise promise) {
    auto& post = post_of(core::text_of(promise.payload, "message"));
    co_return co_await on(post.executor, go_on_with_message(post, std::move(promise)));
}

asio::awaitable<Attempt> Switchboard::go_on_with_message(Post& post, core::Promise promise) {
    const auto sid = core::text_of(promise.payload, "message");
    auto message = post.registry.find_message(sid);
    if (!message) {
        auto kept = co_await find_kept_call(sid, with_.store, flows_);
        if (kept.error() == core::Errc::not_found || kept.error() == core::Errc::malformed)
            co_return GiveUp{"the store does not hold the message: " + kept.error().message()};
        if (!kept) co_return TryLater{kept.error().message()};
        if (kept->record.ended) co_return Kept{};
        message = open_message(post, std::move(*kept), promise.payload.value("replied_to", 0U));
    }
    co_await message->port.over();
    co_return Kept{};
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
        auto expired = post.registry.sweep(with_.clock.now(), {options_.call_lifetime, options_.done_lifetime});
        for (const auto& call : expired) {
            co_await call->session.close("expired");
            call->port.end();
            with_.metrics.calls_expired_total.Increment();
            with_.log.warn("call expired: the carrier never said that it ended; set the number's status callback",
                           {{"call", call->session.info().id}, {"number", call->session.info().to}});
        }
        co_await forget_ended_elsewhere(post);
    }
}

// Of a call that another engine has led to its end, nothing more is heard here.
asio::awaitable<void> Switchboard::forget_ended_elsewhere(Post& post) {
    for (const auto& call : post.registry.quiet(with_.clock.now(), options_.look_up_after)) {
        auto record = co_await with_.store.find_call(call->session.info().id);
        if (!record) co_return;
        if (*record && (*record)->ended && !call->port.ended()) call->port.abandon();
    }
}

}  // namespace switchhook::session
