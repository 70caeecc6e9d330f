#include "script/explorer.hpp"

#include "script/coverage_report.hpp"
#include "script/explore_state.hpp"
#include "script/lua_tokens.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <queue>
#include <set>
#include <tuple>

namespace switchhook::script {
namespace {

// So often a path may come to one place: a menu that asks three times looks the same the second time and the third, and
// only after that shows what it does with somebody whom it does not understand.
constexpr std::size_t most_visits = 8;
// So many silences in a row that no caller would be left with.
constexpr int endless = 30;

constexpr std::int64_t monday_afternoon = 1772463600000;  // 2026-03-02 15:00 UTC, in ms
constexpr std::int64_t sunday_night = 1772352000000;      // 2026-03-01 08:00 UTC: 03:00 in New York

// ── What the sources tell ───────────────────────────────────────────────────────────────────────────────────────────

// What is in a flow's sources beside its grammar.
struct Words {
    std::set<std::string> names;
    std::set<std::string> strings;

    bool depends_on_time() const { return names.contains("os") || strings.contains("hours"); }
    // Whether what a call does may depend on what the explorer does not vary.
    bool depends_on_more() const {
        return depends_on_time() || names.contains("math") || names.contains("from") || names.contains("caller");
    }
};

std::vector<const Source*> sources_of(const Bundle& bundle) {
    std::vector<const Source*> sources{&bundle.main};
    for (const auto& [name, source] : bundle.modules) sources.push_back(&source);
    return sources;
}

Words words_of(const Bundle& bundle) {
    Words words;
    for (const auto* source : sources_of(bundle)) {
        for (auto& token : lua_tokens(source->text)) {
            if (token.kind == LuaToken::Kind::name) words.names.insert(std::move(token.text));
            if (token.kind == LuaToken::Kind::string) words.strings.insert(std::move(token.text));
        }
    }
    return words;
}

// Strings of this length at most that consist of what `fits`.
std::vector<std::string> strings_of(const Words& words, std::size_t longest, int (*fits)(int), std::size_t most) {
    std::vector<std::string> found;
    for (const auto& text : words.strings) {
        auto all = std::all_of(text.begin(), text.end(), [&](unsigned char c) { return fits(c) != 0; });
        if (!text.empty() && text.size() <= longest && all && found.size() < most) found.push_back(text);
    }
    return found;
}

// How a call or a text may begin.
struct Start {
    std::string label;
    core::Json json;
};

std::vector<Start> starts_of(const Flow& flow, const Words& words, const ExploreOptions& options) {
    struct Moment {
        std::int64_t at;
        const char* label;
    };
    std::vector<Moment> moments{{monday_afternoon, " on a Monday at 15:00 UTC"}};
    if (words.depends_on_time()) moments.push_back({sunday_night, " on a Sunday at 08:00 UTC"});
    std::vector<std::string> callers{"+12025550142"};
    if (words.names.contains("from")) callers.emplace_back("anonymous");
    std::vector<std::string> bodies{"Hello", "", "STOP"};
    for (auto& text : strings_of(words, 12, std::isalpha, 12)) bodies.push_back(std::move(text));

    std::vector<Start> starts;
    for (std::size_t number = 0; number < options.settings.size(); ++number) {
        auto of_number = options.settings.size() > 1 ? ", settings " + std::to_string(number + 1) : std::string();
        for (const auto& moment : moments) {
            core::Json start = {{"at", moment.at}, {"settings", options.settings[number]}};
            for (const auto& from : flow.handles("on_call") ? callers : std::vector<std::string>()) {
                start["handler"] = "on_call";
                start["from"] = from;
                auto hidden = from == "anonymous" ? " from a hidden number" : "";
                starts.push_back({std::string("a call") + hidden + moment.label + of_number, start});
            }
            for (const auto& body : flow.handles("on_message") ? bodies : std::vector<std::string>()) {
                start["handler"] = "on_message";
                start["from"] = callers.front();
                start["body"] = body;
                starts.push_back({"a text \"" + body + "\"" + moment.label + of_number, start});
            }
        }
    }
    return starts;
}

// ── The walks ───────────────────────────────────────────────────────────────────────────────────────────────────────

// A path that is to be walked.
struct Way {
    std::size_t start = 0;
    std::vector<int> path;
    std::size_t from = 0;             // the place at which its last choice is made
    std::string label;                // of that choice
    std::size_t expansion = 0;        // of which it is a part
    std::vector<std::size_t> places;  // that it comes through
    std::size_t visits = 0;           // of `from`, before that
    std::uint64_t order = 0;
};

// What is new comes first.
struct Later {
    bool operator()(const Way& a, const Way& b) const {
        return std::tuple(a.visits, a.path.size(), a.order) > std::tuple(b.visits, b.path.size(), b.order);
    }
};

bool gives_a_way_out(const std::string& kind) {
    return kind == "dial" || kind == "enqueue" || kind == "record" || kind == "refer" || kind == "converse" ||
           kind == "chat" || kind == "http" || kind == "sms";
}

// Numbers differ from call to call at the same place.
std::string without_numbers(const std::vector<std::string>& texts) {
    std::string out;
    for (const auto& text : texts) {
        for (unsigned char c : text) {
            if (std::isdigit(c) == 0)
                out += static_cast<char>(c);
            else if (out.empty() || out.back() != '#')
                out += '#';
        }
        out += '\n';
    }
    return out;
}

class Explorer {
public:
    Explorer(const Flow& flow, const ExploreOptions& options)
        : flow_(coverage_.counted(flow, options.limits)),
          options_(options),
          words_(words_of(flow_->bundle())),
          starts_(starts_of(*flow_, words_, options)),
          state_(flow_, options.limits) {
        state_.set_constants(strings_of(words_, 12, std::isdigit, 20));
        explored_.flow = flow_->name();
        explored_.complete = true;
        add_place({}, {}, {});
    }

    Exploration run() && {
        for (std::size_t start = 0; start < starts_.size(); ++start) push({start, {}, 0, starts_[start].label});
        while (!frontier_.empty() && explored_.paths < options_.max_paths) {
            auto way = frontier_.top();
            frontier_.pop();
            take(way, walk(way.start, way.path));
        }
        leave_rest();
        find_traps();
        find_endless_silence();
        find_lines();
        std::stable_sort(explored_.findings.begin(), explored_.findings.end(),
                         [](const Finding& a, const Finding& b) { return a.kind < b.kind; });
        return std::move(explored_);
    }

private:
    // What is known of a place beside what is drawn of it.
    struct Known {
        std::string kind;
        std::string where;
        bool expanded = false;  // walked on from
        std::size_t start = 0;  // of the first walk that came here
        std::vector<int> path;
        std::vector<std::string> labels;
    };

    void push(Way way) {
        auto number = ++pushed_;
        // Knuth's multiplicative hash: another seed, another order.
        way.order = options_.seed == 0 ? number : (number + options_.seed) * 0x9e3779b97f4a7c15u;
        frontier_.push(std::move(way));
    }

    Walked walk(std::size_t start, const std::vector<int>& path, int silence = 0) {
        ++explored_.paths;
        auto walked = state_.walk(starts_[start].json, path, silence);
        open_ |= walked.open;
        walked.labels.insert(walked.labels.begin(), starts_[start].label);
        return walked;
    }

    std::size_t add_place(CallGraph::Place place, Known known, const std::string& key) {
        explored_.graph.places.push_back(std::move(place));
        known_.push_back(std::move(known));
        return numbers_[key] = known_.size() - 1;
    }

    // The place that a walk came to; a new one, if nothing like it was seen.
    std::size_t place_of(const Way& way, const Walked& walked) {
        const bool over = walked.state == Walked::State::over;
        auto state = walked.state == Walked::State::broke ? "the flow breaks at " + walked.broke_where
                     : over                               ? walked.over
                     : walked.waits_for.empty()           ? "the flow waits for the network (" + walked.where + ")"
                                                          : walked.waits_for;
        auto key = state + "|" + walked.trail + "|" + without_numbers(walked.heard);
        if (auto found = numbers_.find(key); found != numbers_.end()) return found->second;
        CallGraph::Place place{walked.heard, state, {}};
        place.way_out = walked.state == Walked::State::broke || walked.over == "the flow hung up" ||
                        walked.ends_otherwise || (!over && gives_a_way_out(walked.kind));
        return add_place(std::move(place), {walked.kind, walked.where, false, way.start, way.path, walked.labels}, key);
    }

    void take(const Way& way, const Walked& walked) {
        auto place = place_of(way, walked);
        explored_.graph.connect(way.from, way.label, place);
        if (walked.state == Walked::State::broke)
            report_crash(walked);
        else if (walked.state == Walked::State::over)
            look_at_end(way, walked);
        else if (way.path.empty() || reached_[way.expansion].insert(place).second)
            expand(way, walked, place);
    }

    void expand(const Way& way, const Walked& walked, std::size_t place) {
        auto places = way.places;
        const auto visits = static_cast<std::size_t>(std::count(places.begin(), places.end(), place));
        places.push_back(place);
        // Who comes to a place as often as another caller did finds the same there.
        if (visits >= most_visits || !expanded_.emplace(way.start, place, visits).second) return;
        if (way.path.size() >= options_.depth) {
            explored_.graph.places[place].unexplored |= !known_[place].expanded;
            return;
        }
        known_[place].expanded = true;
        explored_.graph.places[place].unexplored = false;
        auto expansion = reached_.size();
        reached_.emplace_back();
        for (std::size_t i = 0; i < walked.choices.size(); ++i) {
            const auto& choice = walked.choices[i];
            if (choice.leaves && visits > 0) continue;
            auto path = way.path;
            path.push_back(static_cast<int>(i) + 1);
            push({way.start, std::move(path), place, choice.label, expansion, places, visits});
        }
    }

    // What was not walked any more.
    void leave_rest() {
        for (; !frontier_.empty(); frontier_.pop())
            if (frontier_.top().visits == 0) explored_.graph.places[frontier_.top().from].unexplored = true;
        for (const auto& place : explored_.graph.places) explored_.complete &= !place.unexplored;
    }

    void report(Finding finding) {
        auto seen = std::tuple(finding.kind, finding.where, finding.what);
        if (reported_.insert(seen).second) explored_.findings.push_back(std::move(finding));
    }

    void report_crash(const Walked& walked) {
        auto kind = walked.invented                                               ? Finding::Kind::made_up
                    : walked.broke_limit == "asks" || walked.broke_limit == "cpu" ? Finding::Kind::loop
                                                                                  : Finding::Kind::crash;
        report({kind, walked.broke_where, walked.broke_what, walked.labels});
    }

    // A caller who did something, or was not even greeted, is owed a word before the line goes dead.
    void look_at_end(const Way& way, const Walked& walked) {
        if (walked.over != "the flow hung up" || walked.ends_otherwise || !walked.without_a_word) return;
        if (starts_[way.start].json["handler"] != "on_call") return;
        auto where = way.from == 0 ? flow_->bundle().main.path + ":1" : known_[way.from].where;
        if (walked.latest == "start")
            report({Finding::Kind::dead_end, where, "the flow hangs up without a word: say something first",
                    walked.labels});
        else if (walked.latest == "presses" || walked.latest == "says")
            report({Finding::Kind::dead_end, where,
                    "a caller who " + (walked.latest == "presses" ? std::string("presses a key") : "says something") +
                        " here is hung up on without a word: tell them what happens",
                    walked.labels});
        else if (walked.latest == "not reached")
            report(
                {Finding::Kind::no_word, where,
                 "where nobody takes the call, the caller is hung up on without a word: say so before the handler ends",
                 walked.labels});
        else if (walked.latest == "silence")
            report({Finding::Kind::no_word, where, "a caller who is silent here is hung up on without a word",
                    walked.labels});
    }

    // Places from which every answer leads back to where the caller was before.
    void find_traps() {
        const auto& places = explored_.graph.places;
        std::vector<bool> leads_out(places.size());
        for (std::size_t i = 0; i < places.size(); ++i) leads_out[i] = places[i].way_out || places[i].unexplored;
        for (bool changed = true; changed;) {
            changed = false;
            for (std::size_t i = 0; i < places.size(); ++i) {
                if (leads_out[i]) continue;
                leads_out[i] = std::any_of(places[i].edges.begin(), places[i].edges.end(),
                                           [&](const auto& edge) { return leads_out[edge.to]; });
                changed |= leads_out[i];
            }
        }
        std::set<std::size_t> told;
        for (std::size_t i = 1; i < places.size(); ++i) {
            if (leads_out[i] || places[i].edges.empty() || told.contains(i)) continue;
            trapped_.insert(known_[i].where);
            add_reachable(i, told);
            report({Finding::Kind::dead_end, known_[i].where,
                    "a caller finds no way out of here: whatever they do leads back; let a key or the last try end it",
                    known_[i].labels});
        }
    }

    void add_reachable(std::size_t place, std::set<std::size_t>& reachable) const {
        if (!reachable.insert(place).second) return;
        for (const auto& edge : explored_.graph.places[place].edges) add_reachable(edge.to, reachable);
    }

    // A line that a silent caller holds for ever costs money, and one who cannot press keys finds no end.
    void find_endless_silence() {
        std::set<std::string> looked_at;
        for (std::size_t i = 1; i < known_.size(); ++i) {
            const auto known = known_[i];
            if (known.kind != "gather" && known.kind != "record") continue;
            if (trapped_.contains(known.where) || !looked_at.insert(known.where).second) continue;
            auto walked = walk(known.start, known.path, endless);
            if (walked.state != Walked::State::waits || walked.silence > 0) continue;
            report({Finding::Kind::loop, known.where,
                    "a silent caller is asked for ever, " + std::to_string(endless) +
                        " times and more: count the tries, and end the call",
                    known.labels});
        }
    }

    void find_lines() {
        const bool certain = explored_.complete && !open_ && !words_.depends_on_more();
        for (const auto& [path, file] : coverage_by_file(coverage_)) report_lines(path, file.lines, certain);
    }

    void report_lines(const std::string& path, const std::map<int, std::uint64_t>& lines_run, bool certain) {
        for (auto at = lines_run.begin(); at != lines_run.end();) {
            if (at->second > 0) {
                ++at;
                continue;
            }
            const int first = at->first;
            int last = first;
            for (; at != lines_run.end() && at->second == 0; ++at) last = at->first;
            auto lines = first == last ? "line " + std::to_string(first)
                                       : "lines " + std::to_string(first) + " to " + std::to_string(last);
            report({certain ? Finding::Kind::unreachable : Finding::Kind::not_reached,
                    path + ":" + std::to_string(first),
                    certain ? "no answer leads to " + lines + ": mend what stands before, or take it out"
                            : "no walk came to " + lines,
                    {}});
        }
    }

    Coverage coverage_;
    std::shared_ptr<const Flow> flow_;
    const ExploreOptions& options_;
    const Words words_;
    const std::vector<Start> starts_;
    ExploreState state_;

    Exploration explored_;
    std::priority_queue<Way, std::vector<Way>, Later> frontier_;
    std::uint64_t pushed_ = 0;
    std::vector<Known> known_;                    // as explored_.graph.places
    std::map<std::string, std::size_t> numbers_;  // of the places, by what makes them the same
    std::vector<std::set<std::size_t>> reached_;  // places, by expansion
    std::set<std::tuple<std::size_t, std::size_t, std::size_t>> expanded_;  // start, place, and how often it came there
    std::set<std::string> trapped_;                                         // lines
    std::set<std::tuple<Finding::Kind, std::string, std::string>> reported_;
    bool open_ = false;  // some answers were not tried, for they are without number
};

}  // namespace

const char* name_of(Finding::Kind kind) {
    switch (kind) {
        case Finding::Kind::crash:
            return "crash";
        case Finding::Kind::dead_end:
            return "dead end";
        case Finding::Kind::loop:
            return "loop";
        case Finding::Kind::unreachable:
            return "unreachable";
        case Finding::Kind::made_up:
            return "crash after a made-up reply";
        case Finding::Kind::no_word:
            return "no word";
        case Finding::Kind::not_reached:
            return "not reached";
    }
    return "";
}

Exploration explore(const Flow& flow, const ExploreOptions& options) {
    return Explorer(flow, options).run();
}

}  // namespace switchhook::script
