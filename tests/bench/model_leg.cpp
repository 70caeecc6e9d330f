#include "bench/model_leg.hpp"

#include "audio/base64.hpp"

#include <openssl/sha.h>
#include <spdlog/fmt/fmt.h>

#include <cctype>
#include <stdexcept>

namespace switchhook::bench {
namespace {

using namespace std::chrono_literals;
using core::Json;

constexpr auto speech = 4s;            // said at once, by a model that is interrupted
constexpr std::size_t delta_ms = 200;  // of one delta of it
constexpr std::string_view append = "input_audio_buffer.append";

// RFC 6455 §4.2.2.
std::string accept_of(std::string_view head) {
    constexpr std::string_view name = "sec-websocket-key:";
    std::string lower(head);
    for (auto& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const auto at = lower.find(name);
    if (at == std::string::npos) throw std::runtime_error("no WebSocket: " + std::string(head));
    auto key = head.substr(at + name.size());
    key = key.substr(0, key.find('\r'));
    key.remove_prefix(std::min(key.find_first_not_of(' '), key.size()));
    const auto text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::string digest(SHA_DIGEST_LENGTH, '\0');
    ::SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
    return audio::encode_base64(digest);
}

}  // namespace

ModelLeg::ModelLeg(EventLoop& loop, int socket, const ModelHabits& habits, Find find, unsigned number, const Tls* tls)
    : loop_(loop),
      socket_(socket, MessageSocket::Side::server, tls),
      habits_(habits),
      find_(std::move(find)),
      upgraded_(habits.floor),
      random_(number + 1) {
    session_ = {{"id", fmt::format("sess_{}", number)}, {"object", "realtime.session"}, {"type", "realtime"}};
    loop_.watch(socket, *this);
}

void ModelLeg::ready() {
    if (call_ != nullptr && call_->over) return;
    if (!socket_.receive()) {
        if (call_ == nullptr) throw std::runtime_error("the engine left the model before it told whose call it is");
        call_->over = true;
        ++call_->results.unexpected["the end of the model's connection"];
        return;
    }
    if (!upgraded_ && !upgrade()) return;
    while (auto message = socket_.message()) take(*message);
}

bool ModelLeg::upgrade() {
    const auto head = socket_.head();
    if (!head) return false;
    socket_.send_bytes(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        accept_of(*head) + "\r\n\r\n");
    upgraded_ = true;
    send({{"type", "session.created"}, {"session", session_}});
    return true;
}

void ModelLeg::take(std::string_view message) {
    // Past the floor, what the caller sent comes as it is.
    for (std::string_view key : {R"("audio":")", R"("payload":")"}) {
        const auto at = message.find(key);
        if (at == std::string_view::npos || (key[1] == 'a' && message.find(append) == std::string_view::npos)) continue;
        message.remove_prefix(at + key.size());
        if (call_ != nullptr) call_->to_model.arrived(message.substr(0, message.find('"')), socket_.arrived_at());
        return;
    }
    const auto event = Json::parse(message, nullptr, false);
    const auto type = event.is_object() ? event.value("type", "") : "";
    if (type == "session.update") return update_session(event);
    if (type == "conversation.item.truncate") return truncated(event);
    if (type == "hello") {
        call_ = find_(event.at("instructions").get<std::string>());
        return accept();
    }
    // Whatever else it might ask for is out of turn in these conversations.
    if (call_ != nullptr) ++call_->results.unexpected[type];
}

void ModelLeg::update_session(const Json& event) {
    const auto& asked = event.at("session");
    session_.merge_patch(asked);
    if (call_ != nullptr) return send({{"type", "session.updated"}, {"session", session_}});
    call_ = find_(asked.value("instructions", ""));
    if (call_ == nullptr) throw std::runtime_error("a conversation of a call that does not exist");
    loop_.at(steady_now() + habits_.accepts_after, [this] {
        send({{"type", "session.updated"}, {"session", session_}});
        accept();
    });
}

void ModelLeg::accept() {
    call_->model_listens = true;
    wait_for_caller();
}

void ModelLeg::wait_for_caller() {
    if (silent()) return;
    if (!call_->caller_streams) return loop_.at(steady_now() + 1ms, [this] { wait_for_caller(); });
    // By then the stream's start has reached the engine, which is not ready for speech before.
    loop_.at(steady_now() + 100ms, [this] {
        if (habits_.interrupted) return speak_at_once();
        begin_response();
        const auto due = call_->next_frame(true);
        loop_.at(due, [this, due] { speak_on(due); });
    });
}

void ModelLeg::begin_response() {
    ++responses_;
    response_ = fmt::format("resp_{}_{}", session_["id"].get_ref<const std::string&>(), responses_);
    item_ = fmt::format("item_{}_{}", session_["id"].get_ref<const std::string&>(), responses_);
    if (habits_.floor) return;
    const Json item{{"id", item_},         {"object", "realtime.item"}, {"type", "message"}, {"status", "in_progress"},
                    {"role", "assistant"}, {"content", Json::array()}};
    const Json part{{"type", "audio"}, {"transcript", ""}};
    send({{"type", "response.created"},
          {"response",
           {{"object", "realtime.response"},
            {"id", response_},
            {"status", "in_progress"},
            {"status_details", nullptr},
            {"output", Json::array()},
            {"usage", nullptr}}}});
    send({{"type", "response.output_item.added"}, {"response_id", response_}, {"output_index", 0}, {"item", item}});
    send({{"type", "conversation.item.added"}, {"previous_item_id", nullptr}, {"item", item}});
    send({{"type", "response.content_part.added"},
          {"response_id", response_},
          {"item_id", item_},
          {"output_index", 0},
          {"content_index", 0},
          {"part", part}});
}

void ModelLeg::end_response(const char* status) {
    const Json item{
        {"id", item_},         {"object", "realtime.item"},
        {"type", "message"},   {"status", status},
        {"role", "assistant"}, {"content", Json::array({{{"type", "output_audio"}, {"transcript", "Four seconds."}}})}};
    const Json place{{"response_id", response_}, {"item_id", item_}, {"output_index", 0}, {"content_index", 0}};
    const auto with_place = [&](const char* type, const Json& more) {
        Json event = place;
        event["type"] = type;
        event.update(more);
        send(std::move(event));
    };
    with_place("response.output_audio.done", Json::object());
    with_place("response.output_audio_transcript.done", {{"transcript", "Four seconds."}});
    with_place("response.content_part.done", {{"part", {{"type", "audio"}, {"transcript", "Four seconds."}}}});
    send({{"type", "conversation.item.done"}, {"previous_item_id", nullptr}, {"item", item}});
    send({{"type", "response.output_item.done"}, {"response_id", response_}, {"output_index", 0}, {"item", item}});
    send({{"type", "response.done"},
          {"response",
           {{"object", "realtime.response"},
            {"id", response_},
            {"status", status},
            {"status_details", nullptr},
            {"output", Json::array({item})},
            {"usage",
             {{"total_tokens", 100},
              {"input_tokens", 20},
              {"output_tokens", 80},
              {"input_token_details", {{"text_tokens", 10}, {"audio_tokens", 10}, {"cached_tokens", 0}}},
              {"output_token_details", {{"text_tokens", 10}, {"audio_tokens", 70}}}}}}}});
}

void ModelLeg::speak_on(SteadyTime due) {
    if (silent()) return;
    send_delta(call_->to_caller.send());
    loop_.at(due + 20ms, [this, due] { speak_on(due + 20ms); });
}

void ModelLeg::speak_at_once() {
    if (silent()) return;
    begin_response();
    const auto base64 = audio::encode_base64(tone_bytes(delta_ms, habits_.converted));
    for (auto said = 0ms; said < speech; said += std::chrono::milliseconds(delta_ms)) send_delta(base64);
    end_response("completed");
    const auto heard = std::chrono::milliseconds(700 + random_() % 2000);
    loop_.at(steady_now() + heard, [this] { interrupt(); });
}

void ModelLeg::interrupt() {
    if (silent()) return;
    const auto user_item = item_ + "_user";
    ++call_->results.interruptions;
    call_->interrupted();
    send(
        {{"type", "input_audio_buffer.speech_started"}, {"audio_start_ms", 1000 * responses_}, {"item_id", user_item}});
    loop_.at(steady_now() + 300ms, [this, user_item] {
        if (silent()) return;
        send({{"type", "input_audio_buffer.speech_stopped"},
              {"audio_end_ms", 1000 * responses_ + 300},
              {"item_id", user_item}});
        send({{"type", "input_audio_buffer.committed"}, {"previous_item_id", item_}, {"item_id", user_item}});
        const Json item{
            {"id", user_item},   {"object", "realtime.item"},
            {"type", "message"}, {"status", "completed"},
            {"role", "user"},    {"content", Json::array({{{"type", "input_audio"}, {"transcript", nullptr}}})}};
        send({{"type", "conversation.item.added"}, {"previous_item_id", item_}, {"item", item}});
        send({{"type", "conversation.item.done"}, {"previous_item_id", item_}, {"item", item}});
        speak_at_once();
    });
}

void ModelLeg::truncated(const Json& event) {
    if (call_ == nullptr) return;
    send({{"type", "conversation.item.truncated"},
          {"item_id", event.at("item_id")},
          {"content_index", 0},
          {"audio_end_ms", event.at("audio_end_ms")}});
    if (event.at("item_id") == item_)
        call_->was_told(MediaCall::Milliseconds(event.at("audio_end_ms").get<double>()));
    else
        ++call_->results.unexpected["truncation of another item"];
}

void ModelLeg::send(Json event) {
    event["event_id"] = fmt::format("event_{}", ++events_);
    socket_.send_text(event.dump());
}

void ModelLeg::send_delta(std::string_view base64) {
    delta_.clear();
    fmt::format_to(std::back_inserter(delta_),
                   R"({{"type":"response.output_audio.delta","event_id":"event_{}","response_id":"{}","item_id":"{}",)"
                   R"("output_index":0,"content_index":0,"delta":"{}"}})",
                   ++events_, response_, item_, base64);
    socket_.send_text(delta_);
}

}  // namespace switchhook::bench
