#pragma once

#include "awaited.hpp"
#include "core/agent_port.hpp"
#include "core/audio_leg.hpp"
#include "core/event.hpp"
#include "session/session_fixture.hpp"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace switchhook::session {

// What one side of a conversation does, in the order in which a test says so.
template <class Event>
struct Sent {
    std::deque<Event> events;
    core::Event came;
    bool closed = false;

    void send(Event event) {
        events.push_back(std::move(event));
        came.set();
    }
    void close() {
        closed = true;
        came.set();
    }
    boost::asio::awaitable<core::Result<Event>> read() {
        while (events.empty() && !closed) co_await came.wait();
        if (events.empty()) co_return core::Error(core::Errc::closed);
        auto event = std::move(events.front());
        events.pop_front();
        co_return event;
    }
};

// The caller's telephone: what was played on it, and what it does.
struct Telephone {
    Sent<core::AudioLeg::Event> does;
    std::vector<std::string> log;  // "play item: audio", "end item", "clear", "close"
    std::vector<core::Heard> heard;
    std::chrono::milliseconds queued{};
};

class TelephoneLeg final : public core::AudioLeg {
public:
    explicit TelephoneLeg(Telephone& telephone) : telephone_(telephone) {}

    core::AudioFormat format() const override { return core::telephone_mulaw; }
    boost::asio::awaitable<core::Result<Event>> read() override { return telephone_.does.read(); }
    core::Result<void> play(std::string_view item, std::string_view audio) override {
        telephone_.log.push_back("play " + std::string(item) + ": " + std::string(audio));
        return {};
    }
    core::Result<void> end_item(std::string_view item) override {
        telephone_.log.push_back("end " + std::string(item));
        return {};
    }
    std::vector<core::Heard> clear() override {
        telephone_.log.push_back("clear");
        return telephone_.heard;
    }
    std::chrono::milliseconds queued() const override { return telephone_.queued; }
    boost::asio::awaitable<void> close() override {
        abort();
        co_return;
    }
    void abort() override {
        telephone_.log.push_back("close");
        telephone_.does.close();
    }

private:
    Telephone& telephone_;
};

// The model: what it was told, and what it does.
struct Model {
    Sent<core::AgentPort::Event> does;
    std::vector<std::string> log;  // "hear audio", "press 12", "begin", "say text", "result id: output", …
    core::AudioFormat format = core::telephone_mulaw;
    core::Json settings;
    core::Json transcript = core::Json::array();
};

class ModelPort final : public core::AgentPort {
public:
    explicit ModelPort(Model& model) : model_(model) {}

    core::AudioFormat format() const override { return model_.format; }
    boost::asio::awaitable<core::Result<Event>> read() override { return model_.does.read(); }
    void hear(std::string_view audio) override { note("hear " + std::string(audio)); }
    void press(std::string_view digits) override { note("press " + std::string(digits)); }
    void begin() override { note("begin"); }
    void say(std::string_view text) override { note("say " + std::string(text)); }
    void give_result(std::string_view id, std::string_view output, bool respond) override {
        note("result " + std::string(id) + ": " + std::string(output) + (respond ? "" : ", and be silent"));
    }
    void was_heard(const std::vector<core::Heard>& heard) override {
        for (const auto& item : heard)
            note("heard " + item.item + " for " + std::to_string(item.heard.count()) + " ms");
    }
    void was_played(std::string_view item) override { note("played " + std::string(item)); }
    core::Json transcript() const override { return model_.transcript; }
    core::Json usage() const override { return {{"input", 12}}; }
    void close() override {
        note("close");
        model_.does.close();
    }

private:
    void note(std::string what) { model_.log.push_back(std::move(what)); }

    Model& model_;
};

class OneModel final : public core::AgentProvider {
public:
    explicit OneModel(Model& model) : model_(model) {}

    std::unique_ptr<core::AgentPort> open(const core::Json& settings, const core::CallInfo&, core::AudioFormat,
                                          boost::asio::any_io_executor) override {
        model_.settings = settings;
        return std::make_unique<ModelPort>(model_);
    }

private:
    Model& model_;
};

}  // namespace switchhook::session
