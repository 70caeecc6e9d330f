#include "app/call_script.hpp"

#include "app/ask_text.hpp"
#include "app/call_timeline.hpp"
#include "app/kept_values.hpp"
#include "app/lua_literal.hpp"
#include "core/call_port.hpp"
#include "core/json_text.hpp"
#include "script/secret_names.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>
#include <string_view>
#include <utility>

namespace switchhook::app {
namespace {

using core::Answer;
using core::Ask;
using core::Json;
using core::text_of;
using script::answer_of;

constexpr const char* still_there = "Are you still there?";

// Words as they sound: a model may write them another way.
std::string sound(const std::string& text) {
    std::string out;
    for (char c : text)
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || (static_cast<unsigned char>(c) & 0x80U) != 0)
            out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

bool holds_null(const Json& value) {
    return value.is_null() || (value.is_structured() &&
                               std::any_of(value.begin(), value.end(), [](const Json& v) { return holds_null(v); }));
}

// Of a field, or of a parameter. It may take too much for a secret, but never too little.
bool is_secret(const std::string& name) {
    static const std::regex short_name("key|auth", std::regex::icase);
    return script::speaks_of_a_secret(name) || std::regex_search(name, short_name);
}
bool is_secret_parameter(const std::string& name) {
    static const std::regex signature("sig", std::regex::icase);
    return is_secret(name) || std::regex_search(name, signature);
}

// An address with `*` for what nobody is to read.
std::string address(const std::string& url) {
    static const std::regex parameter("([?&])([^=&]*)=([^&]*)");
    std::string shown;
    auto rest = url.cbegin();
    for (std::sregex_iterator at(url.begin(), url.end(), parameter), end; at != end; ++at) {
        const auto& match = *at;
        shown += match.prefix().str() + match[1].str() + match[2].str() + "=";
        shown += is_secret_parameter(match[2]) ? "*" : match[3].str();
        rest = match[0].second;
    }
    return shown.append(rest, url.cend());
}

std::string method_of(const Ask& ask) {
    auto method = text_of(ask.options, "method");
    std::transform(method.begin(), method.end(), method.begin(), [](unsigned char c) { return std::toupper(c); });
    return method.empty() ? "GET" : method;
}

std::string call(const char* verb, const std::string& arguments = {}) {
    return std::string(verb) + "(" + arguments + ")";
}
// With options behind the arguments, where there are any.
std::string call(const char* verb, const std::string& arguments, const Json& options) {
    if (options.empty()) return call(verb, arguments);
    auto before = arguments + (arguments.empty() ? "" : ", ");
    return call(verb, before + lua_literal(options, 2, std::string_view(verb).size() + before.size()));
}

// The members of an object that a test may tell.
Json only(const Json& object, std::initializer_list<const char*> names) {
    auto some = Json::object();
    if (!object.is_object()) return some;
    for (const char* name : names)
        if (auto found = object.find(name); found != object.end() && !found->is_null()) some[name] = *found;
    return some;
}

class Scribe {
public:
    Scribe(const Rehearsal& rehearsal, const session::Conversation::Said& kept) : rehearsal_(rehearsal), kept_(kept) {}

    TestLines write(const session::PastRun& run, const Json& fallback) && {
        for (const auto& handler : rehearsal_.recording.handlers) {
            step_ = 0;
            tell(handler);
            if (&handler != &rehearsal_.recording.handlers.front()) continue;
            if (run.fell_back() && std::holds_alternative<script::Finished>(handler.last))
                tell_fallback(fallback, run.fallback_outcome());
            else if (std::holds_alternative<script::Finished>(handler.last) && !gone_)
                lines_.see("caller:is_hung_up()");
        }
        for (const auto& line : values_.expectations()) lines_.expect(line);
        return std::move(lines_);
    }

private:
    void tell(const script::Recording::Handler& handler) {
        for (; step_ < handler.asked.size(); ++step_)
            tell(handler, handler.asked[step_].ask, answer_of(handler.asked[step_].answer));
        auto* ask = std::get_if<Ask>(&handler.last);
        if (!ask || !rehearsal_.leads_away.empty()) return;
        if (!handler.ending.empty()) return tell(handler, *ask, answer_of(handler.ending));
        if (ask->kind == "hangup") lines_.see("caller:is_hung_up()");
        if (ask->kind == "leave") lines_.see("caller:leaves_the_queue()");
        if (ask->kind == "redirect") lines_.see(call("caller:is_redirected_to", quote(text_of(ask->options, "url"))));
        if (ask->kind == "reject") lines_.see("caller:is_rejected()");
        if (core::leaves(ask->kind)) gone_ = true;
    }

    void tell(const script::Recording::Handler& handler, const Ask& ask, const Answer& answer) {
        if (ask.kind == "say" || ask.kind == "play") return hear({{ask.kind, ask.options}});
        if (ask.kind == "interject") said_by_tools_.push_back(sound(text_of(ask.options, "text")));
        if (!core::is_journaled(ask.kind)) return;
        if (ask.kind == "http") return tell_request(ask, answer);
        if (ask.kind == "sms") return tell_text(ask, answer);
        if (ask.kind == "kv") {
            for (auto& line : values_.take(ask.options, answer)) lines_.prepare(std::move(line));
            return;
        }
        for (const auto& prompt : ask.options.value("prompts", Json::array())) hear(prompt);
        if (session::Conversation::performs(ask.kind) && ask.kind != "collect_digits")
            return tell_talk(handler, ask, answer);
        if (ask.kind == "dial" || ask.kind == "enqueue" || ask.kind == "refer") tell_connection(ask);
        if (answer.reason == "hung_up") return hang_up();
        if (auto line = deed(ask, answer); !line.empty()) lines_.act(std::move(line));
    }

    static std::string quote(const std::string& text) { return lua_string(text); }

    void hear(const Json& prompt) {
        if (auto say = prompt.find("say"); say != prompt.end()) {
            auto text = text_of(*say, "text");
            if (text.empty()) text = plain_text(text_of(*say, "ssml"));
            text = in_quotes(text);
            text = text.substr(1, text.size() - 2);  // on one line
            if (text.find_first_not_of(' ') != std::string::npos) lines_.expect(call("caller:hears", quote(text)));
        } else if (auto play = prompt.find("play"); play != prompt.end() && play->contains("url")) {
            lines_.expect(call("caller:hears", quote(text_of(*play, "url"))));
        }
    }

    void hang_up() {
        gone_ = true;
        lines_.act("caller:hangs_up()");
    }

    void tell_connection(const Ask& ask) {
        if (ask.kind == "refer") return lines_.see(call("caller:is_referred_to", quote(text_of(ask.options, "sip"))));
        if (ask.kind == "enqueue") {
            auto queue = text_of(ask.options, "queue");
            return lines_.see(
                call("caller:is_queued_in", quote(queue.empty() ? text_of(ask.options, "workflow_sid") : queue)));
        }
        for (const auto& target : ask.options.value("to", Json::array()))
            for (const char* kind : {"number", "client", "sip", "queue", "conference", "application"})
                if (auto name = text_of(target, kind); !name.empty())
                    lines_.see(call("caller:is_put_through_to", quote(name)));
    }

    // What the caller, or whoever was called, does.
    static std::string deed(const Ask& ask, const Answer& answer) {
        const auto& value = answer.value;
        const auto& reason = answer.reason;
        if (ask.kind == "dial") {
            if (reason == "busy") return "dial:is_busy()";
            if (reason == "no_answer") return "dial:does_not_answer()";
            if (reason == "canceled") return "dial:is_canceled()";
            if (!reason.empty()) return "dial:fails()";
            auto told = only(value, {"seconds", "recording"});
            if (text_of(value, "status") == "answered") told["status"] = "answered";
            return call("dial:answers", "", told);
        }
        if (ask.kind == "enqueue") {
            if (reason == "queue_full") return "queue:is_full()";
            return reason.empty() ? call("queue:answers", "", only(value, {"seconds", "result"})) : "queue:fails()";
        }
        if (ask.kind == "refer") return reason.empty() ? "refer:succeeds()" : "refer:fails()";
        if (ask.kind != "gather" && ask.kind != "record" && ask.kind != "collect_digits") return {};
        if (!reason.empty()) return "caller:says_nothing()";
        if (ask.kind == "record") return call("caller:leaves_a_recording", "", only(value, {"seconds", "digits"}));
        auto speech = text_of(value, "speech");
        if (speech.empty()) return call("caller:presses", quote(text_of(value, "digits")));
        auto confidence = only(value, {"confidence"});
        if (confidence.contains("confidence") && confidence["confidence"] == 0.9) confidence.clear();
        return call("caller:says", quote(speech), confidence);
    }

    void tell_request(const Ask& ask, const Answer& answer) {
        auto url = address(text_of(ask.options, "url"));
        auto method = method_of(ask);
        if (!ask.options.value("later", false)) {
            auto from = quote(method + " " + url);
            auto reply = only(answer.value, {"status", answer.value.contains("json") ? "json" : "body"});
            if (text_of(reply, "body").empty()) reply.erase("body");
            auto line = answer.reason.empty() ? call("network:replies", from, reply)
                                              : call("network:fails", from + ", " + quote(answer.reason));
            if (std::exchange(replies_[from], line) != line) lines_.prepare(line);
        }
        if (method == "GET") return;
        auto sent = call("network:was_sent", quote(method) + ", " + quote(url));
        auto json = ask.options.find("json");
        if (json == ask.options.end()) return lines_.expect(sent);
        Json with{{"json", without_secrets(*json)}};
        lines_.expect(call("network:was_sent", quote(method) + ", " + quote(url), with), {sent});
    }

    static Json without_secrets(const Json& json) {
        if (!json.is_object()) return json;
        auto rest = Json::object();
        for (const auto& [name, value] : json.items())
            if (!is_secret(name)) rest[name] = without_secrets(value);
        return rest;
    }

    void tell_text(const Ask& ask, const Answer& answer) {
        auto to = quote(text_of(ask.options, "to"));
        if (!answer.reason.empty()) return lines_.prepare(call("sms:fails", to + ", " + quote(answer.reason)));
        lines_.expect(call("sms:was_sent", to + ", " + quote(text_of(ask.options, "body"))),
                      {call("sms:was_sent", to)});
    }

    // An ask of a conversation and what came of it.
    void tell_talk(const script::Recording::Handler& handler, const Ask& ask, const Answer& answer) {
        if (ask.kind == "converse") open(handler, ask);
        if (auto output = ask.options.find("output"); output != ask.options.end())
            tell_result(output->get<std::string>());
        if (ask.kind == "end_conversation" || !answer.value.is_object()) return;
        if (auto tool = answer.value.find("tool"); tool != answer.value.end()) return tell_use(handler, *tool);
        auto finished = answer.value.find("finished");
        if (finished != answer.value.end()) tell_end(*finished);
    }

    void open(const script::Recording::Handler& handler, const Ask& ask) {
        settings_ = ask.options;
        spoken_ = spoken_in(handler, step_, kept_).lines;
        next_ = silences_ = 0;
        said_by_tools_.clear();
        auto greeting = text_of(settings_.value("greeting", Json::object()), "text");
        if (greeting.empty()) return;
        hear({{"say", {{"text", greeting}}}});
        said_by_tools_.push_back(sound(greeting));  // the engine has it said
    }

    void tell_use(const script::Recording::Handler& handler, const Json& tool) {
        // Where the tool ends the conversation, nothing can be said behind it.
        tell_spoken(!ends_with(handler));
        auto arguments = Json::parse(text_of(tool, "arguments"), nullptr, false);
        const bool plain = arguments.is_object() && !holds_null(arguments);
        auto name = quote(text_of(tool, "name"));
        lines_.act(plain ? call("assistant:uses", name, arguments)
                         : call("assistant:uses", name + ", " + quote(text_of(tool, "arguments"))));
        said_by_tools_.clear();
    }

    bool ends_with(const script::Recording::Handler& handler) const {
        for (auto step = step_ + 1; step < handler.asked.size(); ++step) {
            const auto& kind = handler.asked[step].ask.kind;
            if (kind == "tool_result" || kind == "end_conversation") return kind == "end_conversation";
        }
        return false;
    }

    void tell_result(const std::string& output) {
        auto json = Json::parse(output, nullptr, false);
        auto error = text_of(json, "error");
        lines_.expect(call("assistant:is_told", !error.empty()     ? quote(error)
                                                : json.is_object() ? lua_literal(json)
                                                                   : quote(output)));
    }

    void tell_spoken(bool to_a_tool) {
        for (; next_ < spoken_.size(); ++next_) {
            const auto& line = spoken_[next_];
            if (!line.contains("tool")) {
                say(text_of(line, "who"), text_of(line, "text"));
            } else if (to_a_tool) {
                ++next_;
                return;
            }
        }
    }

    void say(const std::string& who, const std::string& text) {
        constexpr std::string_view keypad = "[keypad] ";
        if (who == "caller") {
            silences_ = 0;
            return lines_.act(text.starts_with(keypad) ? call("caller:presses", quote(text.substr(keypad.size())))
                                                       : call("caller:says", quote(text)));
        }
        auto heard = sound(text);
        if (heard.empty()) return;
        // What the engine itself has the assistant say, a test has it say too.
        auto known = std::find_if(said_by_tools_.begin(), said_by_tools_.end(),
                                  [&](const std::string& one) { return one.starts_with(heard); });
        if (known != said_by_tools_.end()) return static_cast<void>(said_by_tools_.erase(known));
        if (heard == sound(silence().value("prompt", still_there))) {
            ++silences_;
            return lines_.act("caller:says_nothing()");
        }
        if (heard == sound(text_of(settings_, "goodbye"))) return;
        lines_.act(call("assistant:says", quote(text)));
    }

    Json silence() const {
        auto given = settings_.find("silence");
        return given != settings_.end() && given->is_object() ? *given : Json::object();
    }

    void tell_end(const Json& finished) {
        tell_spoken(false);
        auto reason = text_of(finished, "reason");
        if (reason == "caller_hung_up") return hang_up();
        if (reason == "time_limit") {
            auto limit = settings_.value("time_limit", Json(600));
            return lines_.act(call("clock:advance", lua_literal(limit)));
        }
        if (reason == "silence")
            for (auto times = silence().value("times", 2U) + 1; silences_ < times; ++silences_)
                lines_.act("caller:says_nothing()");
        else if (reason == "failed")
            lines_.act(text_of(finished, "what") == "timed_out" ? "assistant:stays_silent()" : "assistant:drops()");
        else
            lines_.act("assistant:finishes()");
    }

    void tell_fallback(const Json& fallback, const std::optional<Answer>& outcome) {
        auto number = fallback.is_object() ? text_of(fallback, "dial") : "";
        if (number.empty()) return lines_.see("caller:is_hung_up()");
        lines_.see(call("caller:is_put_through_to", quote(number)));
        if (!outcome) return;
        if (outcome->reason == "hung_up") return hang_up();
        lines_.act(deed({"dial", Json::object(), ""}, *outcome));
        lines_.see("caller:is_hung_up()");
    }

    const Rehearsal& rehearsal_;
    const session::Conversation::Said& kept_;
    TestLines lines_;
    KeptValues values_;
    std::size_t step_ = 0;
    bool gone_ = false;
    std::map<std::string, std::string> replies_;  // the latest, by address

    // Of the conversation that goes on.
    Json settings_ = Json::object();
    Json spoken_ = Json::array();
    std::size_t next_ = 0;
    unsigned silences_ = 0;                   // in a row
    std::vector<std::string> said_by_tools_;  // how it sounds
};

}  // namespace

TestLines script_of(const Rehearsal& rehearsal, const session::Conversation::Said& kept, const session::PastRun& run,
                    const Json& fallback) {
    return Scribe(rehearsal, kept).write(run, fallback);
}

}  // namespace switchhook::app
