#include "app/call_timeline.hpp"

#include "core/call_port.hpp"
#include "core/json_text.hpp"

#include <algorithm>
#include <utility>

namespace switchhook::app {
namespace {

using core::Answer;
using core::Ask;
using core::Json;
using core::text_of;
using script::answer_of;

std::chrono::milliseconds seconds(const Json& of, const char* name) {
    auto value = of.find(name);
    if (value == of.end() || !value->is_number()) return {};
    return std::chrono::milliseconds(static_cast<std::int64_t>(value->get<double>() * 1000));
}

// What the model wants a tool for, or nothing.
const Json* tool_of(const Answer& answer) {
    if (!answer.value.is_object()) return nullptr;
    auto tool = answer.value.find("tool");
    return tool == answer.value.end() ? nullptr : &*tool;
}

const Json* finished_of(const Answer& answer) {
    if (!answer.value.is_object()) return nullptr;
    auto finished = answer.value.find("finished");
    return finished == answer.value.end() ? nullptr : &*finished;
}

// What a text message says, and how many files came with it.
std::string texted(const Json& message) {
    auto files = message.value("media", Json::array()).size();
    return "texts " + in_quotes(text_of(message, "body")) +
           (files == 0   ? ""
            : files == 1 ? " with a file"
                         : " with " + std::to_string(files) + " files");
}

class Teller {
public:
    Teller(const session::KeptCall& call, const session::PastRun& run)
        : call_(call), run_(run), is_text_(call.record.is_text()), time_(call.record.info.started) {}

    std::vector<TimelineEntry> tell() && {
        if (is_text_) add("sender", texted(call_.record.info.message));
        for (; handler_ < run_.recording().handlers.size(); ++handler_) {
            step_ = 0;
            tell(run_.recording().handlers[handler_]);
            if (handler_ == 0 && run_.fell_back()) tell_fallback();
        }
        return std::move(entries_);
    }

private:
    void tell(const script::Recording::Handler& handler) {
        for (; step_ < handler.asked.size(); ++step_) {
            const auto& [ask, answer] = handler.asked[step_];
            tell(ask);
            tell(handler, ask, answer_of(answer));
        }
        if (auto* ask = std::get_if<Ask>(&handler.last)) {
            if (run_.diverged()) return;
            tell(*ask);
            if (!handler.ending.empty())
                tell(handler, *ask, answer_of(handler.ending));
            else if (!core::leaves(ask->kind))
                tell_rest(handler);
        } else if (auto* failed = std::get_if<script::Failed>(&handler.last)) {
            add("flow", "breaks: " + failed->what, failed->where);
        } else if (is_text_) {
            const auto& reply = std::get<script::Finished>(handler.last).value;
            if (reply.is_string()) add("flow", "replies " + in_quotes(reply.get<std::string>()));
        } else if (handler_ == 0 && !run_.fell_back()) {
            add("flow", "is done and hangs up");
        }
    }

    void tell(const Ask& ask) {
        if (ask.kind == "interject") return;  // it is among what was said
        for (auto& text : ask_texts(ask)) add("flow", std::move(text), ask.where);
    }

    void tell(const script::Recording::Handler& handler, const Ask& ask, const Answer& answer) {
        if (!core::is_journaled(ask.kind)) return;
        if (session::Conversation::performs(ask.kind) && ask.kind != "collect_digits" && answer.error.empty() &&
            answer.reason.empty())
            tell_event(handler, ask, answer);
        time_ = answer.time;
        if (auto deed = answer_text(ask, answer); !deed.what.empty()) add(std::move(deed.who), std::move(deed.what));
    }

    void tell_event(const script::Recording::Handler& handler, const Ask& ask, const Answer& answer) {
        if (ask.kind == "converse") open(handler);
        if (const auto* tool = tool_of(answer)) {
            tell_spoken(true);
            time_ = answer.time;
            add("assistant", "uses " + text_of(*tool, "name") + " " + text_of(*tool, "arguments"));
        } else if (const auto* finished = finished_of(answer)) {
            tell_spoken(false);
            time_ = answer.time;
            auto reason = text_of(*finished, "reason");
            auto what = text_of(*finished, "what");
            if (reason == "caller_hung_up")
                add("caller", "hangs up");
            else
                add("assistant", "is done: " + reason + (what.empty() ? "" : " (" + what + ")"));
        }
    }

    void open(const script::Recording::Handler& handler) {
        spoken_ = spoken_in(handler, step_, call_.past.conversations);
        if (spoken_.began == core::Time()) spoken_.began = time_;
        next_ = 0;
    }

    // What was said up to the next tool, or to the end.
    void tell_spoken(bool to_a_tool) {
        while (next_ < spoken_.lines.size()) {
            const auto& line = spoken_.lines[next_++];
            if (line.contains("tool")) {
                if (to_a_tool) return;
                continue;
            }
            time_ = std::max(time_, spoken_.began + seconds(line, "at"));
            auto who = text_of(line, "who");
            add(who.empty() ? "assistant" : who, "says " + in_quotes(text_of(line, "text")));
        }
    }

    // The last ask was never answered.
    void tell_rest(const script::Recording::Handler& handler) {
        const auto& ask = std::get<Ask>(handler.last);
        if (ask.kind == "converse") open(handler);
        if (session::Conversation::performs(ask.kind)) tell_spoken(false);
        if (call_.record.ended)
            add("engine",
                std::string("got no answer to this before the ") + (is_text_ ? "text" : "call") + " was over");
    }

    void tell_fallback() {
        const auto& fallback = call_.live->flow->fallback();
        auto number = fallback.is_object() ? text_of(fallback, "dial") : "";
        add("engine", "takes over" + (number.empty() ? "" : " and puts the caller through to " + number));
        if (!run_.fallback_outcome()) return;
        time_ = run_.fallback_outcome()->time;
        auto deed = answer_text({"dial", Json::object(), ""}, *run_.fallback_outcome());
        add(std::move(deed.who), std::move(deed.what));
    }

    void add(std::string who, std::string what, std::string where = {}) {
        entries_.push_back({time_, {std::move(who), std::move(what)}, std::move(where), handler_, step_});
    }

    const session::KeptCall& call_;
    const session::PastRun& run_;
    const bool is_text_;
    core::Time time_;
    std::size_t handler_ = 0;
    std::size_t step_ = 0;
    Spoken spoken_;
    std::size_t next_ = 0;  // of what was said
    std::vector<TimelineEntry> entries_;
};

}  // namespace

Spoken spoken_in(const script::Recording::Handler& handler, std::size_t opening,
                 const session::Conversation::Said& kept) {
    for (auto step = opening; step <= handler.asked.size(); ++step) {
        if (step == handler.asked.size() && handler.ending.empty()) break;
        auto answer = answer_of(step < handler.asked.size() ? handler.asked[step].answer : handler.ending);
        const auto* finished = finished_of(answer);
        if (!finished) continue;
        return {finished->value("transcript", Json::array()), answer.time - seconds(*finished, "seconds")};
    }
    auto found = kept.find(static_cast<std::uint32_t>(opening) + 1);
    return found == kept.end() ? Spoken() : Spoken{found->second, {}};
}

std::vector<TimelineEntry> timeline(const session::KeptCall& call, const session::PastRun& run) {
    return Teller(call, run).tell();
}

}  // namespace switchhook::app
