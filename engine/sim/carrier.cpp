#include "sim/carrier.hpp"

#include "sim/url.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace switchhook::sim {
namespace {

namespace asio = boost::asio;

constexpr std::array<std::string_view, 8> stop_words{"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL",
                                                     "END",  "QUIT",    "REVOKE",      "OPTOUT"};
constexpr std::array<std::string_view, 3> start_words{"START", "UNSTOP", "YES"};

bool among(const auto& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// The texts in a reply: <Message> elements, or the whole of a plain one.
std::vector<TextMessage> messages_in(const TwimlDocument& document, const TextMessage& received) {
    std::vector<TextMessage> messages;
    for (auto verb : document.response().children()) {
        std::string_view name = verb.name();
        if (name != "Message" && name != "Say" && name != "Sms") continue;
        TextMessage message;
        message.from = verb.attribute("from").as_string(received.to.c_str());
        message.to = verb.attribute("to").as_string(received.from.c_str());
        message.body = verb.text().get();
        for (auto body : verb.children("Body")) message.body += body.text().get();
        for (auto media : verb.children("Media")) message.media.emplace_back(media.text().get());
        messages.push_back(std::move(message));
    }
    return messages;
}

}  // namespace

Carrier::Carrier(Options options)
    : options_(std::move(options)), sids_(std::make_shared<Sids>(options_.seed)), sender_(options_.webhooks, sids_) {}

const NumberSettings& Carrier::settings_of(const std::string& number) const {
    auto found = options_.numbers.find(number);
    return found == options_.numbers.end() ? options_.settings : found->second;
}

CarrierCall& Carrier::add_call(std::string from, std::string to, std::string direction, NumberSettings settings) {
    CallFacts facts{sids_->make("CA"), options_.account_sid, std::move(from), std::move(to), std::move(direction)};
    auto call = std::make_unique<CarrierCall>(*this, facts, std::move(settings));
    auto& placed = *call;
    placed_.push_back(&placed);
    calls_.emplace(facts.sid, std::move(call));
    return placed;
}

CarrierCall* Carrier::find(const std::string& sid) {
    auto found = calls_.find(sid);
    return found == calls_.end() ? nullptr : found->second.get();
}

asio::awaitable<void> Carrier::stop() {
    for (auto* call : placed_) co_await call->stop();
}

std::string Carrier::stream_problem() const {
    for (const auto& [sid, call] : calls_)
        if (!call->streams().problem().empty()) return call->streams().problem();
    return {};
}

CarrierCall* Carrier::streaming() {
    auto found =
        std::find_if(placed_.rbegin(), placed_.rend(), [](auto* call) { return call->streams().client() != nullptr; });
    return found == placed_.rend() ? nullptr : *found;
}

asio::awaitable<CarrierCall*> Carrier::place_call(std::string from, std::string to, bool repeats, StreamFaults faults) {
    const auto& settings = settings_of(to);
    auto& call = add_call(from, to, "inbound", settings);
    if (repeats) call.repeat_every_webhook();
    call.streams().set_faults(std::move(faults));
    call.player().start(settings.voice_url, settings.voice_method);
    co_await call.settle();
    co_return &call;
}

CarrierCall& Carrier::ring(std::string from, std::string to, NumberSettings settings, std::string twiml) {
    Outbound outbound{nullptr, settings.voice_url, settings.voice_method, std::move(twiml)};
    outbound.call = &add_call(std::move(from), std::move(to), "outbound-api", std::move(settings));
    ringing_.push_back(outbound);
    return *outbound.call;
}

asio::awaitable<CarrierCall*> Carrier::pick_up(std::string number) {
    auto found = std::find_if(ringing_.begin(), ringing_.end(),
                              [&](const Outbound& one) { return one.call->facts().to == number; });
    if (found == ringing_.end()) co_return nullptr;
    auto outbound = std::move(*found);
    ringing_.erase(found);
    if (outbound.url.empty())
        outbound.call->player().start_with(outbound.twiml);
    else
        outbound.call->player().start(outbound.url, outbound.method);
    co_await outbound.call->settle();
    co_return outbound.call;
}

Params Carrier::text_params(const TextMessage& message) const {
    CallFacts facts{{}, options_.account_sid, message.from, message.to, {}};
    Params params{{"MessageSid", message.sid}, {"SmsSid", message.sid}, {"SmsMessageSid", message.sid},
                  {"Body", message.body},      {"NumMedia", "0"},       {"NumSegments", "1"},
                  {"SmsStatus", "received"}};
    for (auto& param : call_params(facts, "")) {
        bool of_messages = param.first == "AccountSid" || param.first == "ApiVersion" ||
                           param.first.starts_with("From") || param.first.starts_with("To");
        if (of_messages) params.push_back(std::move(param));
    }
    return params;
}

void Carrier::note_opt_out(const std::string& from, const std::string& to, std::string body) {
    std::transform(body.begin(), body.end(), body.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c); });
    if (among(stop_words, body)) opted_out_.emplace(from, to);
    if (among(start_words, body)) opted_out_.erase({from, to});
}

const TextMessage* Carrier::accept_text(TextMessage message) {
    if (opted_out_.contains({message.to, message.from})) return nullptr;
    message.sid = sids_->make(message.media.empty() ? "SM" : "MM");
    message.created = std::time(nullptr);
    return &sent_.emplace_back(std::move(message));
}

asio::awaitable<std::vector<TextMessage>> Carrier::send_text(std::string from, std::string to, std::string body) {
    TextMessage received{sids_->make("SM"), from, to, body, {}};
    note_opt_out(from, to, body);
    const auto& settings = settings_of(to);
    auto params = text_params(received);
    auto url = settings.sms_url;
    std::vector<TextMessage> replies;
    for (bool in_fallback = false;;) {
        auto delivery = co_await sender_.send(url, "POST", params);
        std::variant<TwimlDocument, TwimlProblem> read = TwimlProblem{delivery.code, delivery.what};
        if (delivery.reply) read = read_reply(*delivery.reply, url);
        if (const auto* problem = std::get_if<TwimlProblem>(&read)) {
            if (in_fallback || settings.sms_fallback_url.empty()) co_return replies;
            in_fallback = true;
            params = merge(std::move(params), {{"ErrorCode", std::to_string(problem->code)}, {"ErrorUrl", url}});
            url = settings.sms_fallback_url;
            continue;
        }
        const auto& document = std::get<TwimlDocument>(read);
        for (auto& reply : messages_in(document, received)) {
            if (opted_out_.contains({reply.to, reply.from})) continue;  // 21610: the carrier drops it
            reply.sid = sids_->make("SM");
            replies.push_back(std::move(reply));
        }
        auto redirect = document.response().child("Redirect");
        if (!redirect || replies.size() >= 10) co_return replies;
        auto next = resolve_url(url, redirect.text().get());
        if (!next || *next == url) co_return replies;
        url = std::move(*next);
    }
}

}  // namespace switchhook::sim
