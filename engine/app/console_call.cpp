#include "app/console_call.hpp"

#include "app/ask_text.hpp"
#include "core/json_text.hpp"
#include "core/trimmed.hpp"

#include <algorithm>
#include <string_view>

namespace switchhook::app {
namespace {

namespace asio = boost::asio;
using core::Answer;
using core::Ask;
using core::Json;
using core::text_of;

bool are_keys(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789*#") == text.npos;
}

// What TwiML would give of these keys: up to the finishing key, no more than were asked for.
std::string digits_of(std::string keys, const Json& options) {
    auto finish = options.value("finish_on_key", std::string("#"));
    keys = keys.substr(0, keys.find_first_of(finish));
    if (auto most = options.value("digits", 0); most > 0) keys = keys.substr(0, static_cast<std::size_t>(most));
    return keys;
}

}  // namespace

asio::awaitable<Answer> ConsoleCall::perform(const Ask& ask) {
    bool speaks = ask.kind == "say" || ask.kind == "play" || ask.kind == "pause";
    if (ended_) co_return speaks ? of(nullptr) : nothing("hung_up");
    if (speaks) {
        print_prompt({{ask.kind, ask.options}}, "hears");
        co_return of(nullptr);
    }
    auto answer = ask.kind == "gather"    ? gather(ask.options)
                  : ask.kind == "record"  ? record(ask.options)
                  : ask.kind == "dial"    ? dial(ask.options)
                  : ask.kind == "enqueue" ? enqueue(ask.options)
                  : ask.kind == "refer"   ? refer(ask.options)
                                          : leave(ask);
    co_return answer;
}

void ConsoleCall::finish() {
    if (!ended_) out_ << "  [the flow hangs up]\n";
    ended_ = true;
}

asio::awaitable<void> ConsoleCall::over() {
    co_return;
}

Answer ConsoleCall::gather(const Json& options) {
    if (auto prompts = options.find("prompts"); prompts != options.end())
        for (const auto& prompt : *prompts) print_prompt(prompt, "hears");
    bool speech = options.value("speech", false);
    bool keys = options.value("dtmf", true);
    for (;;) {
        auto line = ask_human(speech && keys ? "say or press" : speech ? "say" : "press");
        if (!line) return nothing("hung_up");
        if (line->empty()) return nothing("timeout");
        if (keys && are_keys(*line)) return of({{"digits", digits_of(*line, options)}});
        if (speech) return of({{"speech", *line}, {"confidence", 0.95}});
        out_ << "  [only keys are listened for here: type digits, * or #]\n";
    }
}

Answer ConsoleCall::record(const Json& options) {
    if (options.value("play_beep", true)) out_ << "  hears: (beep)\n";
    auto line = ask_human("what is recorded");
    if (!line) return nothing("hung_up");
    if (line->empty()) return nothing("silence");
    auto seconds = std::max<std::size_t>(1, line->size() / 15);  // about as long as it takes to say
    out_ << "  [recorded, " << seconds << " s]\n";
    return of({{"url", "https://recordings.invalid/terminal"}, {"seconds", seconds}, {"digits", "#"}});
}

Answer ConsoleCall::dial(const Json& options) {
    std::string names;
    for (const auto& to : options["to"]) names += (names.empty() ? "" : ", ") + target_name(to);
    out_ << "  [rings " << names << "]\n";
    auto line = ask_human("do they answer? yes, busy, no");
    if (!line) return nothing("hung_up");
    if (line->starts_with('b')) return nothing("busy");
    if (line->starts_with('n')) return nothing("no_answer");
    if (line->starts_with('f')) return nothing("failed");
    for (const auto& to : options["to"]) {
        auto whisper = to.find("whisper");
        if (whisper == to.end()) continue;
        for (const auto& prompt : *whisper) print_prompt(prompt, "the one called hears");
        break;
    }
    out_ << "  [connected to " << names << "; they talk for a minute and part]\n";
    return of({{"status", "completed"}, {"seconds", 60}});
}

Answer ConsoleCall::enqueue(const Json& options) {
    out_ << "  [waits in the queue " << text_of(options, "queue") << "]\n";
    auto line = ask_human("what becomes of it? bridged, leave, full");
    if (!line) return nothing("hung_up");
    if (line->starts_with('f')) return nothing("queue_full");
    return of({{"result", line->starts_with('l') ? "leave" : "bridged"}, {"seconds", 30}});
}

Answer ConsoleCall::refer(const Json& options) {
    out_ << "  [refers the call to " << text_of(options, "sip") << "]\n";
    return of({{"status", "202"}});
}

Answer ConsoleCall::leave(const Ask& ask) {
    ended_ = true;
    if (ask.kind == "redirect")
        out_ << "  [hands the call to " << text_of(ask.options, "url") << "]\n";
    else if (ask.kind == "reject")
        out_ << "  [rejects the call: " << ask.options.value("reason", "rejected") << "]\n";
    else if (ask.kind == "leave")
        out_ << "  [leaves the queue]\n";
    else
        out_ << "  [the flow hangs up]\n";
    return of(nullptr);
}

void ConsoleCall::print_prompt(const Json& prompt, const char* hears) {
    if (auto say = prompt.find("say"); say != prompt.end()) {
        auto text = text_of(*say, "text");
        out_ << "  " << hears << ": " << (text.empty() ? text_of(*say, "ssml") : text) << '\n';
    } else if (auto play = prompt.find("play"); play != prompt.end()) {
        auto url = text_of(*play, "url");
        out_ << "  " << hears << ": (" << (url.empty() ? "keys " + text_of(*play, "digits") : url) << ")\n";
    } else if (auto pause = prompt.find("pause"); pause != prompt.end()) {
        out_ << "  " << hears << ": (" << pause->value("length", 1) << " s of silence)\n";
    }
}

std::optional<std::string> ConsoleCall::ask_human(const std::string& prompt) {
    auto line = read_line_(prompt);
    if (line) *line = std::string(core::trimmed(*line));
    if (line && *line != "hang up") return line;
    out_ << "  [the caller hangs up]\n";
    ended_ = true;
    return std::nullopt;
}

}  // namespace switchhook::app
