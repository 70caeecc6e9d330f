#include "twiml/verbs.hpp"

#include "core/json_text.hpp"
#include "twiml/options.hpp"
#include "twiml/ssml.hpp"
#include "twiml/words.hpp"

#include <array>
#include <utility>

namespace switchhook::twiml {
namespace {

using core::Json;
using Element = Document::Element;

// One verb being appended.
struct Work {
    Document& document;
    const Json& options;
    const Urls& urls;
};

// A kind of ask: its TwiML element, the options it handles itself, the attributes that the engine sets.
struct Verb {
    std::string_view kind;
    std::string_view element;
    std::string_view own;
    std::string_view kept;
    Checked<void> (*fill)(const Work&, Element, const OptionRules&);
};

Checked<void> set_action(const Work& work, Element element) {
    return work.document.set(element, "action", work.urls.action);
}

Checked<void> fill_say(const Work& work, Element say, const OptionRules& rules) {
    const bool has_text = has(work.options, "text");
    if (has_text == has(work.options, "ssml")) return Problem{rules.who + ": give either `text` or `ssml`"};
    const auto text = plain_text(work.options.at(has_text ? "text" : "ssml"));
    if (!text) return Problem{rules.who + ": what is to be said must be a text"};
    auto added = has_text ? work.document.add_text(say, *text) : add_ssml(work.document, say, *text);
    if (!added) return Problem{rules.who + ": " + added.error().text};
    return {};
}

Checked<void> fill_play(const Work& work, Element play, const OptionRules& rules) {
    if (has(work.options, "url") == has(work.options, "digits"))
        return Problem{rules.who + ": give either `url` or `digits`"};
    if (!has(work.options, "url")) return {};
    auto url = needed_url(work.options, rules, "url");
    if (!url) return url.error();
    return work.document.add_text(play, *url);
}

Checked<void> fill_nothing(const Work&, Element, const OptionRules&) {
    return {};
}

bool flag(const Json& options, std::string_view option, bool otherwise) {
    const auto found = options.find(option);
    return found != options.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

Checked<void> fill_prompts(Document& document, Element parent, const Json& prompts, const std::string& who);

Checked<void> fill_gather(const Work& work, Element gather, const OptionRules& rules) {
    auto& document = work.document;
    const bool speech = flag(work.options, "speech", false);
    const bool dtmf = flag(work.options, "dtmf", true);
    if (!speech && !dtmf) return Problem{rules.who + ": with `dtmf = false`, set `speech = true`"};
    if (auto set = document.set(gather, "input", !speech ? "dtmf" : dtmf ? "dtmf speech" : "speech"); !set)
        return set.error();
    if (has(work.options, "digits")) {
        auto set = set_option(document, gather, rules, "digits", "numDigits", work.options.at("digits"));
        if (!set) return set.error();
    }
    if (auto set = set_action(work, gather); !set) return set.error();
    // Silence is an answer too: without this, Twilio would go on behind the gather, where nothing is.
    if (auto set = document.set(gather, "actionOnEmptyResult", "true"); !set) return set.error();
    if (!has(work.options, "prompts")) return {};
    return fill_prompts(document, gather, work.options.at("prompts"), rules.who);
}

Checked<void> fill_record(const Work& work, Element record, const OptionRules&) {
    if (auto set = set_action(work, record); !set) return set.error();
    auto redirect = work.document.add("Redirect");
    if (!redirect) return redirect.error();
    return work.document.add_text(*redirect, work.urls.action);
}

struct Noun {
    std::string_view option;
    std::string_view element;
    std::string_view own;
};

constexpr std::array nouns = {
    Noun{"number", "Number", "number whisper"},
    Noun{"client", "Client", "client whisper parameters"},
    Noun{"sip", "Sip", "sip whisper"},
    Noun{"queue", "Queue", "queue whisper"},
    Noun{"conference", "Conference", "conference whisper"},
    Noun{"application", "Application", "application whisper parameters"},
};

Checked<void> add_parameter(Document& document, Element noun, std::string_view name, std::string_view value) {
    auto parameter = document.add(noun, "Parameter");
    if (!parameter) return parameter.error();
    if (auto set = document.set(*parameter, "name", name); !set) return set.error();
    return document.set(*parameter, "value", value);
}

Checked<void> add_parameters(Document& document, Element noun, const Json& parameters, const OptionRules& rules) {
    for (const auto& [name, value] : parameters.items()) {
        const auto text = plain_text(value);
        if (!text) return Problem{rules.who + ": `parameters` must be a table of names and texts"};
        if (auto added = add_parameter(document, noun, name, *text); !added) return added.error();
    }
    return {};
}

// The name that is called. One that has parameters stands in an element of its own.
Checked<void> add_callee(Document& document, Element noun, const std::string& name, const Json& target,
                         const OptionRules& rules) {
    if (!has(target, "parameters")) return document.add_text(noun, name);
    if (!target.at("parameters").is_object())
        return Problem{rules.who + ": `parameters` must be a table of names and texts"};
    auto identity = document.add(noun, noun.row().name == "Client" ? "Identity" : "ApplicationSid");
    if (!identity) return identity.error();
    if (auto added = document.add_text(*identity, name); !added) return added.error();
    return add_parameters(document, noun, target.at("parameters"), rules);
}

Checked<void> set_whisper(const Work& work, Element noun, std::size_t index, const Json& target,
                          const OptionRules& rules) {
    if (!has(target, "whisper") || target.at("whisper").empty()) return {};
    if (!noun.row().find("url")) return Problem{rules.who + ": a conference hears no `whisper`"};
    if (has(target, "url")) return Problem{rules.who + ": give either `whisper` or `url`"};
    // What the callee would hear is checked now, at the author's line, not when the callee has answered.
    Document heard;
    if (auto added = append_prompts(heard, target.at("whisper")); !added)
        return Problem{rules.who + ": whisper: " + added.error().text};
    return work.document.set(noun, "url", work.urls.whisper(index));
}

Checked<void> add_target(const Work& work, Element dial, std::size_t index, const Json& target) {
    OptionRules rules{"dial: to[" + std::to_string(index + 1) + "]", {}, {}};
    const Noun* noun = nullptr;
    for (const auto& each : nouns) {
        if (!target.is_object() || !has(target, each.option)) continue;
        if (noun)
            return Problem{rules.who + ": give either `" + std::string(noun->option) + "` or `" +
                           std::string(each.option) + "`"};
        noun = &each;
    }
    if (!noun)
        return Problem{rules.who + ": name one of `number`, `client`, `sip`, `queue`, `conference`, `application`"};
    rules.own = noun->own;
    auto name = needed_text(target, rules, noun->option);
    if (!name) return name.error();
    auto element = work.document.add(dial, noun->element);
    if (!element) return Problem{rules.who + ": " + element.error().text};
    if (auto set = set_options(work.document, *element, rules, target); !set) return set.error();
    if (auto set = set_whisper(work, *element, index, target, rules); !set) return set.error();
    if (auto added = add_callee(work.document, *element, *name, target, rules); !added)
        return Problem{rules.who + ": " + added.error().text};
    return {};
}

Checked<void> fill_dial(const Work& work, Element dial, const OptionRules& rules) {
    if (auto set = set_action(work, dial); !set) return set.error();
    const auto to = work.options.find("to");
    if (to == work.options.end() || !to->is_array() || to->empty())
        return Problem{rules.who + ": `to` must say whom to call"};
    for (std::size_t i = 0; i < to->size(); ++i)
        if (auto added = add_target(work, dial, i, (*to)[i]); !added) return added.error();
    return {};
}

Checked<void> add_task(const Work& work, Element enqueue, const OptionRules& rules) {
    auto task = work.document.add(enqueue, "Task");
    if (!task) return task.error();
    for (auto [option, attribute] : {std::pair{"priority", "priority"}, std::pair{"task_timeout", "timeout"}}) {
        if (!has(work.options, option)) continue;
        if (auto set = set_option(work.document, *task, rules, option, attribute, work.options.at(option)); !set)
            return set.error();
    }
    const auto& value = work.options.at("task");
    return work.document.add_text(*task, value.is_string() ? value.get<std::string>() : core::dump(value));
}

Checked<void> fill_enqueue(const Work& work, Element enqueue, const OptionRules& rules) {
    if (auto set = set_action(work, enqueue); !set) return set.error();
    if (has(work.options, "queue") == has(work.options, "workflow_sid"))
        return Problem{rules.who + ": give either `queue` or `workflow_sid`"};
    if (has(work.options, "task")) {
        if (has(work.options, "queue")) return Problem{rules.who + ": a `task` goes with `workflow_sid`, not `queue`"};
        return add_task(work, enqueue, rules);
    }
    for (auto option : {"priority", "task_timeout"})
        if (has(work.options, option)) return Problem{rules.who + ": `" + std::string(option) + "` goes with a `task`"};
    if (!has(work.options, "queue")) return {};
    auto queue = needed_text(work.options, rules, "queue");
    if (!queue) return queue.error();
    if (auto added = work.document.add_text(enqueue, *queue); !added)
        return Problem{rules.who + ": " + added.error().text};
    return {};
}

Checked<void> fill_redirect(const Work& work, Element redirect, const OptionRules& rules) {
    auto url = needed_url(work.options, rules, "url");
    if (!url) return url.error();
    return work.document.add_text(redirect, *url);
}

Checked<void> fill_refer(const Work& work, Element refer, const OptionRules& rules) {
    if (auto set = set_action(work, refer); !set) return set.error();
    auto address = needed_text(work.options, rules, "sip");
    if (!address) return address.error();
    auto sip = work.document.add(refer, "Sip");
    if (!sip) return sip.error();
    return work.document.add_text(*sip, *address);
}

Checked<void> fill_reply(const Work& work, Element message, const OptionRules& rules) {
    const bool has_media = has(work.options, "media") && !work.options.at("media").empty();
    if (has(work.options, "body") || !has_media) {
        auto text = needed_text(work.options, rules, "body");
        if (!text) return text.error();
        auto body = work.document.add(message, "Body");
        if (!body) return body.error();
        if (auto added = work.document.add_text(*body, *text); !added)
            return Problem{rules.who + ": " + added.error().text};
    }
    if (!has_media) return {};
    for (const auto& url : work.options.at("media")) {
        auto checked = needed_url(Json{{"media", url}}, rules, "media");
        if (!checked) return checked.error();
        auto media = work.document.add(message, "Media");
        if (!media) return Problem{rules.who + ": " + media.error().text};
        if (auto added = work.document.add_text(*media, *checked); !added) return added.error();
    }
    return {};
}

constexpr std::array verbs = {
    Verb{"say", "Say", "text ssml", "", fill_say},
    Verb{"play", "Play", "url", "", fill_play},
    Verb{"pause", "Pause", "", "", fill_nothing},
    Verb{"gather", "Gather", "prompts digits speech dtmf", "action method numDigits input actionOnEmptyResult",
         fill_gather},
    Verb{"record", "Record", "", "action method", fill_record},
    Verb{"dial", "Dial", "to", "action method", fill_dial},
    Verb{"enqueue", "Enqueue", "queue task priority task_timeout", "action method", fill_enqueue},
    Verb{"leave", "Leave", "", "", fill_nothing},
    Verb{"redirect", "Redirect", "url", "", fill_redirect},
    Verb{"reject", "Reject", "", "", fill_nothing},
    Verb{"refer", "Refer", "sip", "action method", fill_refer},
    Verb{"hangup", "Hangup", "", "", fill_nothing},
    Verb{"reply", "Message", "body media", "to from action method statusCallback", fill_reply},
};

const Verb* find_verb(std::string_view kind) {
    for (const auto& verb : verbs)
        if (verb.kind == kind) return &verb;
    return nullptr;
}

// A say of an empty text: there is nothing to be heard, and Twilio warns of it (13520).
bool says_nothing(const Verb& verb, const Json& options) {
    if (verb.kind != "say") return false;
    const auto text = options.find("text");
    return text != options.end() && text->is_string() && text->get_ref<const std::string&>().empty();
}

Checked<void> append_verb(const Work& work, Element parent, const Verb& verb, std::string who) {
    if (says_nothing(verb, work.options)) return {};
    const OptionRules rules{std::move(who), verb.own, verb.kept};
    auto element = work.document.add(parent, verb.element);
    if (!element) return Problem{rules.who + ": " + element.error().text};
    if (auto set = set_options(work.document, *element, rules, work.options); !set) return set.error();
    return verb.fill(work, *element, rules);
}

Checked<void> fill_prompts(Document& document, Element parent, const Json& prompts, const std::string& who) {
    if (!prompts.is_array()) return Problem{(who.empty() ? "" : who + ": ") + "`prompts` must be a list"};
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        const auto& prompt = prompts[i];
        auto name = (who.empty() ? "" : who + ": ") + "prompt " + std::to_string(i + 1);
        const bool one = prompt.is_object() && prompt.size() == 1;
        const auto* verb = one ? find_verb(prompt.begin().key()) : nullptr;
        if (!verb || !has_word("say play pause", verb->kind) || !prompt.begin()->is_object())
            return Problem{name + " must be one of {say = {…}}, {play = {…}}, {pause = {…}}"};
        const Urls no_urls;
        auto added =
            append_verb({document, *prompt.begin(), no_urls}, parent, *verb, name + ": " + std::string(verb->kind));
        if (!added) return added.error();
    }
    return {};
}

Checked<void> fill_stream(Document& document, const Stream& stream, const Urls& urls) {
    auto connect = document.add("Connect");
    if (!connect) return connect.error();
    if (auto set = document.set(*connect, "action", urls.action); !set) return set.error();
    auto noun = document.add(*connect, "Stream");
    if (!noun) return noun.error();
    if (auto set = document.set(*noun, "url", stream.url); !set) return set.error();
    for (const auto& [name, value] : stream.parameters)
        if (auto added = add_parameter(document, *noun, name, value); !added) return added.error();
    return {};
}

}  // namespace

bool is_verb(std::string_view kind) {
    return find_verb(kind) != nullptr;
}

Checked<void> append(Document& document, const core::Ask& ask, const Urls& urls) {
    const auto* verb = find_verb(ask.kind);
    if (!verb) return Problem{"TwiML has no verb for `" + ask.kind + "`"};
    const Json none = Json::object();
    const auto mark = document.mark();
    auto added =
        append_verb({document, ask.options.is_object() ? ask.options : none, urls}, document.root(), *verb, ask.kind);
    if (!added) document.undo(mark);
    return added;
}

Checked<void> append_stream(Document& document, const Stream& stream, const Urls& urls) {
    const auto mark = document.mark();
    auto added = fill_stream(document, stream, urls);
    if (!added) document.undo(mark);
    return added;
}

Checked<void> append_prompts(Document& document, const core::Json& prompts) {
    const auto mark = document.mark();
    auto added = fill_prompts(document, document.root(), prompts, "");
    if (!added) document.undo(mark);
    return added;
}

}  // namespace switchhook::twiml
