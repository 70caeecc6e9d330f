#pragma once

#include "audio/base64.hpp"
#include "core/json.hpp"
#include "openai/realtime_protocol.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace switchhook::openai {

// A protocol, the time, and what came out of it.
class RealtimeSession : public testing::Test {
protected:
    using Json = core::Json;
    using Agent = core::AgentPort;

    // What the latest calls led to.
    struct Outcome {
        std::vector<Json> sent;
        std::vector<Agent::Event> events;
        std::vector<std::string> notes;
        std::optional<std::chrono::milliseconds> reconnect;
        bool closed = false;

        // The messages of a type.
        std::vector<Json> of(const std::string& type) const {
            std::vector<Json> out;
            for (const auto& message : sent)
                if (message["type"] == type) out.push_back(message);
            return out;
        }
        std::vector<std::string> types() const {
            std::vector<std::string> out;
            for (const auto& message : sent) out.push_back(message["type"]);
            return out;
        }
        template <class T>
        std::vector<T> all() const {
            std::vector<T> out;
            for (const auto& event : events)
                if (auto* one = std::get_if<T>(&event)) out.push_back(*one);
            return out;
        }
        template <class T>
        bool has() const {
            return !all<T>().empty();
        }
    };

    Outcome take() {
        Outcome out;
        for (auto& action : protocol->take_actions()) {
            if (auto* send = std::get_if<Send>(&action)) out.sent.push_back(Json::parse(send->text));
            if (auto* tell = std::get_if<Tell>(&action)) out.events.push_back(tell->event);
            if (auto* note = std::get_if<Note>(&action)) out.notes.push_back(note->what);
            if (auto* again = std::get_if<Reconnect>(&action)) out.reconnect = again->after;
            if (std::holds_alternative<Close>(action)) out.closed = true;
        }
        return out;
    }

    void make(Json settings = Json::object()) {
        settings.emplace("instructions", "You book tables.");
        protocol.emplace(read_settings(settings, core::telephone_mulaw), now);
    }

    void receive(const Json& event) { protocol->received(event.dump(), now); }
    void pass(std::chrono::milliseconds time) {
        // As a timer would: whenever the protocol wants to be told.
        auto until = now + time;
        while (auto next = protocol->next_tick()) {
            if (*next > until) break;
            now = std::max(now, *next);
            protocol->tick(now);
            if (auto again = protocol->next_tick(); again && *again <= now) break;
        }
        now = until;
    }

    // Opens a session that grants all it is asked for. Gives what was sent meanwhile.
    Outcome open() {
        protocol->opened(now);
        receive({{"type", "session.created"}, {"session", {{"id", "sess_1"}}}});
        auto outcome = take();
        grant(outcome.of("session.update").at(0)["session"]);
        return outcome;
    }
    void grant(const Json& session) { receive({{"type", "session.updated"}, {"session", session}}); }

    // A conversation in which nothing was said yet.
    void start(Json settings = Json::object()) {
        make(std::move(settings));
        open();
        protocol->begin(now);
        take();
    }

    void response_created(const std::string& id) {
        receive({{"type", "response.created"}, {"response", {{"id", id}, {"status", "in_progress"}}}});
    }
    void response_done(const std::string& id, const std::string& status = "completed", Json details = nullptr) {
        receive({{"type", "response.done"},
                 {"response", {{"id", id}, {"status", status}, {"status_details", std::move(details)}}}});
    }
    void response_failed(const std::string& id, const std::string& code) {
        response_done(id, "failed", {{"type", "failed"}, {"error", {{"code", code}, {"message", "No more."}}}});
    }
    // So many ms of it.
    void speaks(const std::string& response, const std::string& item, unsigned ms, const std::string& words = "") {
        if (!words.empty())
            receive({{"type", "response.output_audio_transcript.delta"},
                     {"response_id", response},
                     {"item_id", item},
                     {"delta", words}});
        receive({{"type", "response.output_audio.delta"},
                 {"response_id", response},
                 {"item_id", item},
                 {"output_index", 0},
                 {"content_index", 0},
                 {"delta", audio::encode_base64(std::string(ms * 8, '\xff'))}});
    }
    void speech_done(const std::string& response, const std::string& item) {
        receive({{"type", "response.output_audio.done"}, {"response_id", response}, {"item_id", item}});
    }
    void says(const std::string& response, const std::string& item, unsigned ms, const std::string& words = "") {
        response_created(response);
        speaks(response, item, ms, words);
        speech_done(response, item);
        response_done(response);
    }
    void caller_begins(const std::string& item = "user_1") {
        receive({{"type", "input_audio_buffer.speech_started"}, {"item_id", item}, {"audio_start_ms", 100}});
    }
    void caller_ends(const std::string& item = "user_1", const Json& previous = nullptr) {
        receive({{"type", "input_audio_buffer.speech_stopped"}, {"item_id", item}, {"audio_end_ms", 900}});
        receive({{"type", "input_audio_buffer.committed"}, {"item_id", item}, {"previous_item_id", previous}});
    }
    void understood(const std::string& item, const std::string& words) {
        receive({{"type", "conversation.item.input_audio_transcription.completed"},
                 {"item_id", item},
                 {"transcript", words},
                 {"usage", {{"type", "duration"}, {"seconds", 1.5}}}});
    }
    void calls_tool(const std::string& response, const std::string& call, const std::string& status = "completed") {
        receive({{"type", "response.output_item.done"},
                 {"response_id", response},
                 {"item",
                  {{"id", "item_" + call},
                   {"type", "function_call"},
                   {"status", status},
                   {"call_id", call},
                   {"name", "free_tables"},
                   {"arguments", R"({"day":"Tuesday"})"}}}});
    }
    void error(const std::string& code, const Json& event_id = nullptr) {
        receive({{"type", "error"},
                 {"error",
                  {{"type", "invalid_request_error"}, {"code", code}, {"message", "Oh."}, {"event_id", event_id}}}});
    }

    Moment now{std::chrono::hours(1)};
    std::optional<RealtimeProtocol> protocol;
};

}  // namespace switchhook::openai
