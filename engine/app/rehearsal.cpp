#include "app/rehearsal.hpp"

#include "app/past_calls.hpp"
#include "core/json_text.hpp"

#include <cstdio>
#include <deque>

namespace switchhook::app {
namespace {

using core::Answer;
using core::Ask;
using core::Json;
using core::text_of;
using script::answer_of;

// What one handler's asks got, in their order.
using Answers = std::deque<std::pair<Ask, Answer>>;

Answers answers_of(const script::Recording::Handler& handler) {
    Answers answers;
    for (const auto& [ask, answer] : handler.asked)
        if (core::is_journaled(ask.kind)) answers.emplace_back(ask, answer_of(answer));
    if (!handler.ending.empty()) answers.emplace_back(std::get<Ask>(handler.last), answer_of(handler.ending));
    return answers;
}

class Rehearser {
public:
    Rehearser(const session::KeptCall& call, const MadeUp& made_up)
        : call_(call), made_up_(made_up), run_(call.live->flow, {}), time_(call.record.info.started) {}

    Rehearsal rehearse(const script::Recording& past) && {
        const auto& flow = *call_.live->flow;
        auto info = call_.record.info;
        rehearsal_.own_settings = made_up_.of(own_settings(info, flow));
        info.id = new_id("CA");
        info.from = made_up_.of(info.from);
        info.to = made_up_.of(info.to);
        info.account = "AC00000000000000000000000000000000";
        info.settings = flow.settings();
        info.settings.update(rehearsal_.own_settings);
        info.caller = made_up_.of(info.caller);
        info.started = std::chrono::floor<std::chrono::seconds>(info.started);
        rehearsal_.info = info;
        for (const auto& handler : past.handlers) {
            if (handler.name == "on_call_ended") info.summary = made_up_.of(handler.info.summary);
            if (!lead(handler, info)) break;
        }
        rehearsal_.recording = std::move(run_).take_recording();
        return std::move(rehearsal_);
    }

private:
    bool lead(const script::Recording::Handler& handler, const core::CallInfo& info) {
        auto answers = answers_of(handler);
        run_.start(handler.name, info);
        while (auto* ask = std::get_if<Ask>(&run_.step())) {
            if (!core::is_journaled(ask->kind)) {
                run_.resume(Answer::of(nullptr, time_));
                continue;
            }
            if (answers.empty()) return true;
            auto [then, answer] = std::move(answers.front());
            answers.pop_front();
            if (then.kind != ask->kind) {
                rehearsal_.leads_away = ask->where;
                return false;
            }
            time_ = answer.time;
            answer.value = value_in_a_test(*ask, made_up_.of(answer.value));
            if (answer.reason == "hung_up") {
                run_.end(answer);
                return true;
            }
            run_.resume(answer);
        }
        return true;
    }

    Json value_in_a_test(const Ask& ask, Json value) {
        if (!value.is_object()) return value;
        if (value.contains("promised")) return {{"promised", "promise-" + std::to_string(++promises_)}};
        if (ask.kind == "sms") return {{"sid", new_id("SM")}, {"status", "queued"}};
        if (ask.kind == "enqueue") value["sid"] = new_id("QU");
        if (ask.kind == "dial") value["sid"] = new_id("CA");
        if (ask.kind == "dial" && value.contains("recording")) value["recording"] = "https://recordings.example/dial";
        if (ask.kind == "record") {
            value["sid"] = new_id("RE");
            value["url"] = "https://recordings.example/" + text_of(value, "sid");
        }
        if (ask.kind == "http") {
            value["headers"] = Json::object();
            if (value.contains("json")) value["body"] = core::dump(value["json"]);
        }
        if (session::Conversation::performs(ask.kind)) look_at_event(ask, value);
        return value;
    }

    void look_at_event(const Ask& ask, Json& event) {
        if (ask.kind == "converse") tools_ = 0;
        if (auto tool = event.find("tool"); tool != event.end())
            (*tool)["call_id"] = "call_" + std::to_string(++tools_);
        auto finished = event.find("finished");
        if (finished == event.end()) return;
        (*finished)["usage"] = {{"input", 0},       {"output", 0},       {"cached", 0},
                                {"input_audio", 0}, {"output_audio", 0}, {"responses", tools_}};
        if (ask.kind != "end_conversation") return;
        // In a test nobody hangs up on the last word.
        (*finished)["reason"] = text_of(ask.options, "reason");
        (*finished)["value"] = ask.options.value("value", Json());
        finished->erase("what");
    }

    // As scripts/test_world.lua counts them.
    std::string new_id(const char* prefix) {
        char text[40];
        std::snprintf(text, sizeof text, "%s%032x", prefix, ++serial_);
        return text;
    }

    const session::KeptCall& call_;
    const MadeUp& made_up_;
    script::RecordedRun run_;
    core::Time time_;
    Rehearsal rehearsal_;
    unsigned serial_ = 0;
    unsigned promises_ = 0;
    unsigned tools_ = 0;
};

}  // namespace

Rehearsal rehearse(const session::KeptCall& call, const script::Recording& past, const MadeUp& made_up) {
    return Rehearser(call, made_up).rehearse(past);
}

}  // namespace switchhook::app
