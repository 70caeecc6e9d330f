#include "script/pattern.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

namespace switchhook::script {
namespace {

using Set = std::bitset<256>;

constexpr const char* ends_with_percent = "malformed pattern (ends with '%')";
constexpr const char* missing_bracket = "malformed pattern (missing ']')";
constexpr const char* unbalanced = "unbalanced pattern";
constexpr const char* no_set_after_frontier = "missing '[' after '%f' in pattern";
constexpr const char* too_many_captures = "too many captures";
constexpr const char* invalid_capture = "invalid capture index";
constexpr const char* nothing_to_close = "invalid pattern capture";
constexpr const char* unfinished_capture = "unfinished capture";

// ASCII's classes, whatever the locale.
bool in_class(unsigned byte, char letter) {
    bool upper = byte >= 'A' && byte <= 'Z', lower = byte >= 'a' && byte <= 'z', digit = byte >= '0' && byte <= '9';
    bool graph = byte > ' ' && byte < 127;
    switch (letter) {
        case 'a':
            return upper || lower;
        case 'c':
            return byte < 32 || byte == 127;
        case 'd':
            return digit;
        case 'g':
            return graph;
        case 'l':
            return lower;
        case 'p':
            return graph && !upper && !lower && !digit;
        case 's':
            return byte == ' ' || (byte >= 9 && byte <= 13);
        case 'u':
            return upper;
        case 'w':
            return upper || lower || digit;
        case 'x':
            return digit || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
        default:
            return byte == 0;  // z
    }
}

// The set of %a, %A, …; null for a letter or sign that is no class and means itself.
const Set* class_set(unsigned char letter) {
    static const auto sets = [] {
        std::array<std::optional<Set>, 256> built;
        for (char name : std::string_view("acdglpsuwxz")) {
            Set members;
            for (unsigned byte = 0; byte < 256; ++byte) members[byte] = in_class(byte, name);
            built[static_cast<unsigned char>(name)] = members;
            built[static_cast<unsigned char>(name - 'a' + 'A')] = ~members;
        }
        return built;
    }();
    return sets[letter] ? &*sets[letter] : nullptr;
}

bool is_digit(unsigned char byte) {
    return byte >= '0' && byte <= '9';
}

}  // namespace

// Turns the text into instructions. A pattern has no alternatives and no repeated groups, so the instructions run
// one after the other, and which captures are open or closed at each is known here.
class Pattern::Compiler {
public:
    Compiler(Pattern& pattern, std::string_view text) : pattern_(pattern), text_(text) {}

    void compile() {
        while (at_ < text_.size() && !failed_) item();
        if (!failed_) add({Code::done});
    }

private:
    unsigned char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? static_cast<unsigned char>(text_[at_ + ahead]) : 0;
    }

    void add(Instruction instruction) { pattern_.program_.push_back(instruction); }

    // The match that reaches this point fails, so nothing behind it matters.
    void fail(const char* error) {
        add({.code = Code::malformed, .error = error});
        failed_ = true;
    }

    void item() {
        switch (peek()) {
            case '(':
                return open();
            case ')':
                return close();
            case '$':
                if (at_ + 1 < text_.size()) return single();
                ++at_;
                return add({Code::subject_end});
            case '%':
                if (peek(1) == 'b') return balance();
                if (peek(1) == 'f') return frontier();
                if (is_digit(peek(1))) return back_reference();
                return single();
            default:
                return single();
        }
    }

    void open() {
        if (pattern_.capture_count_ == max_captures) return fail(too_many_captures);
        bool position = peek(1) == ')';
        auto index = pattern_.capture_count_++;
        pattern_.closed_[index] = position;
        at_ += position ? 2 : 1;
        add({.code = position ? Code::open_position : Code::open, .first = static_cast<unsigned char>(index)});
    }

    void close() {
        auto index = pattern_.capture_count_;
        while (index > 0 && pattern_.closed_[index - 1]) --index;
        if (index == 0) return fail(nothing_to_close);
        pattern_.closed_[--index] = true;
        ++at_;
        add({.code = Code::close, .first = static_cast<unsigned char>(index)});
    }

    void balance() {
        if (peek(2) == 0 || peek(3) == 0) return fail(unbalanced);
        add({.code = Code::balance, .first = peek(2), .second = peek(3)});
        at_ += 4;
    }

    void frontier() {
        at_ += 2;
        if (peek() != '[') return fail(no_set_after_frontier);
        if (auto set = bracket_set()) add({.code = Code::frontier, .own = *set});
    }

    void back_reference() {
        auto index = static_cast<std::size_t>(peek(1)) - '1';
        if (index >= pattern_.capture_count_ || !pattern_.closed_[index]) return fail(invalid_capture);
        at_ += 2;
        add({.code = Code::back_reference, .first = static_cast<unsigned char>(index)});
    }

    void single() {
        Instruction instruction{Code::byte};
        if (peek() == '[') {
            auto set = bracket_set();
            if (!set) return;
            instruction.code = Code::set;
            instruction.own = *set;
        } else if (peek() == '%') {
            if (at_ + 1 == text_.size()) return fail(ends_with_percent);
            instruction.first = peek(1);
            instruction.shared = class_set(peek(1));
            if (instruction.shared) instruction.code = Code::set;
            at_ += 2;
        } else {
            if (peek() == '.') instruction.code = Code::any;
            instruction.first = peek();
            ++at_;
        }
        switch (peek()) {
            case '?':
                instruction.repeat = Repeat::optional;
                break;
            case '*':
                instruction.repeat = Repeat::greedy;
                break;
            case '+':
                instruction.repeat = Repeat::at_least_one;
                break;
            case '-':
                instruction.repeat = Repeat::lazy;
                break;
            default:
                break;
        }
        if (instruction.repeat != Repeat::once) {
            ++at_;
            ++pattern_.choices_;
        }
        add(instruction);
    }

    // Reads a set from its '[' to behind its ']' and gives its index.
    std::optional<std::uint32_t> bracket_set() {
        auto begin = at_ + 1;
        bool negated = begin < text_.size() && text_[begin] == '^';
        if (negated) ++begin;
        auto end = begin;  // of the members: where the ']' is
        do {
            if (end >= text_.size()) return fail(missing_bracket), std::nullopt;
            if (text_[end++] == '%' && end < text_.size()) ++end;
        } while (end >= text_.size() || text_[end] != ']');
        Set members = read_members(text_.substr(begin, end - begin));
        pattern_.sets_.push_back(negated ? ~members : members);
        at_ = end + 1;
        return static_cast<std::uint32_t>(pattern_.sets_.size() - 1);
    }

    static Set read_members(std::string_view text) {
        Set members;
        auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '%') {
                // A '%' right before the closing ']' escapes nothing that is in the set.
                if (++i == text.size()) {
                    members.set(']');
                } else if (auto known = class_set(byte(i))) {
                    members |= *known;
                } else {
                    members.set(byte(i));
                }
            } else if (i + 2 < text.size() && text[i + 1] == '-') {
                for (unsigned b = byte(i); b <= byte(i + 2); ++b) members.set(b);
                i += 2;
            } else {
                members.set(byte(i));
            }
        }
        return members;
    }

    Pattern& pattern_;
    std::string_view text_;
    std::size_t at_ = 0;
    bool failed_ = false;
};

// An instruction to come back to, and how.
struct Pattern::Choice {
    std::uint32_t instruction;
    std::size_t at;      // where the subject was last tried from
    std::size_t lowest;  // greedy: as short as the run may get
};

// One attempt after the other at matching a subject.
class Pattern::Matcher {
public:
    Matcher(const Pattern& pattern, std::string_view subject, Interrupt interrupt, Match& match)
        : pattern_(pattern), subject_(subject), interrupt_(interrupt), match_(match) {
        choices_.resize(pattern.choices_, boost::container::default_init);
    }

    // Matches at exactly `begin`.
    Outcome match_at(std::size_t begin);

private:
    bool step() {
        if (--steps_left_ > 0) return true;
        steps_left_ = steps_between_polls;
        interrupted_ = interrupt_ != nullptr && interrupt_();
        return !interrupted_;
    }

    bool accepts(const Instruction& item, std::size_t at) const {
        if (at >= subject_.size()) return false;
        auto byte = static_cast<unsigned char>(subject_[at]);
        switch (item.code) {
            case Code::any:
                return true;
            case Code::byte:
                return byte == item.first;
            default:
                return pattern_.set_of(item)[byte];
        }
    }

    // How far a run of accepted bytes goes.
    std::size_t run_end(const Instruction& item, std::size_t at) {
        while (accepts(item, at) && step()) ++at;
        return at;
    }

    bool single(std::uint32_t index, std::size_t& at);
    bool backtrack(std::uint32_t& index, std::size_t& at);
    bool balance(const Instruction& item, std::size_t& at);
    bool frontier(const Instruction& item, std::size_t at) const;
    bool back_reference(const Instruction& item, std::size_t& at) const;

    static constexpr int steps_between_polls = 1024;

    const Pattern& pattern_;
    std::string_view subject_;
    Interrupt interrupt_;
    Match& match_;
    boost::container::small_vector<Choice, 16> choices_;  // each instruction has at most one at a time
    std::size_t open_choices_ = 0;
    int steps_left_ = steps_between_polls;
    bool interrupted_ = false;
};

bool Pattern::Matcher::single(std::uint32_t index, std::size_t& at) {
    auto& item = pattern_.program_[index];
    switch (item.repeat) {
        case Repeat::once:
            if (!accepts(item, at)) return false;
            ++at;
            return true;
        case Repeat::optional:
            if (!accepts(item, at)) return true;
            choices_[open_choices_++] = {index, at, at};
            ++at;
            return true;
        case Repeat::lazy:
            choices_[open_choices_++] = {index, at, at};
            return true;
        case Repeat::greedy:
        case Repeat::at_least_one: {
            auto lowest = at + (item.repeat == Repeat::at_least_one ? 1 : 0);
            at = run_end(item, at);
            if (at < lowest) return false;
            if (at > lowest) choices_[open_choices_++] = {index, at, lowest};
            return true;
        }
    }
    return false;
}

// Goes back to the latest instruction that has another way to match. Captures need no undoing: those of later
// instructions are set again before anyone reads them.
bool Pattern::Matcher::backtrack(std::uint32_t& index, std::size_t& at) {
    while (open_choices_ > 0) {
        auto& choice = choices_[open_choices_ - 1];
        auto& item = pattern_.program_[choice.instruction];
        index = choice.instruction + 1;
        if (item.repeat == Repeat::lazy) {
            if (accepts(item, choice.at)) {
                at = ++choice.at;
                return true;
            }
            --open_choices_;
        } else if (item.repeat == Repeat::optional) {
            at = choice.at;
            --open_choices_;
            return true;
        } else {
            at = --choice.at;
            if (choice.at == choice.lowest) --open_choices_;
            return true;
        }
    }
    return false;
}

bool Pattern::Matcher::balance(const Instruction& item, std::size_t& at) {
    if (at >= subject_.size() || static_cast<unsigned char>(subject_[at]) != item.first) return false;
    std::size_t depth = 1;
    for (auto i = at + 1; i < subject_.size() && step(); ++i) {
        auto byte = static_cast<unsigned char>(subject_[i]);
        if (byte == item.second) {
            if (--depth == 0) {
                at = i + 1;
                return true;
            }
        } else if (byte == item.first) {
            ++depth;
        }
    }
    return false;
}

bool Pattern::Matcher::frontier(const Instruction& item, std::size_t at) const {
    auto& set = pattern_.set_of(item);
    auto before = at == 0 ? 0 : static_cast<unsigned char>(subject_[at - 1]);
    auto here = at == subject_.size() ? 0 : static_cast<unsigned char>(subject_[at]);
    return !set[before] && set[here];
}

bool Pattern::Matcher::back_reference(const Instruction& item, std::size_t& at) const {
    auto& capture = match_.captures[item.first];
    if (capture.is_position || subject_.size() - at < capture.length) return false;
    if (subject_.substr(at, capture.length) != subject_.substr(capture.begin, capture.length)) return false;
    at += capture.length;
    return true;
}

Pattern::Outcome Pattern::Matcher::match_at(std::size_t begin) {
    auto at = begin;
    open_choices_ = 0;
    for (std::uint32_t index = 0;;) {
        if (!step()) return Outcome::interrupted;
        auto& item = pattern_.program_[index];
        bool goes_on = true;
        switch (item.code) {
            case Code::any:
            case Code::byte:
            case Code::set:
                goes_on = single(index, at);
                break;
            case Code::open:
                match_.captures[item.first] = {at, 0, false};
                break;
            case Code::open_position:
                match_.captures[item.first] = {at, 0, true};
                break;
            case Code::close:
                match_.captures[item.first].length = at - match_.captures[item.first].begin;
                break;
            case Code::balance:
                goes_on = balance(item, at);
                break;
            case Code::frontier:
                goes_on = frontier(item, at);
                break;
            case Code::back_reference:
                goes_on = back_reference(item, at);
                break;
            case Code::subject_end:
                goes_on = at == subject_.size();
                break;
            case Code::malformed:
                match_.error = item.error;
                return Outcome::malformed;
            case Code::done:
                match_.begin = begin;
                match_.end = at;
                return Outcome::matched;
        }
        if (interrupted_) return Outcome::interrupted;
        if (goes_on) {
            ++index;
        } else if (!backtrack(index, at)) {
            return Outcome::no_match;
        }
    }
}

Pattern::Pattern(std::string_view text, Caret caret) {
    text = text.substr(0, text.find('\0'));
    anchored_ = caret == Caret::anchors && text.starts_with('^');
    if (anchored_) text.remove_prefix(1);
    Compiler(*this, text).compile();
}

Pattern::Outcome Pattern::find(std::string_view subject, std::size_t from, Interrupt interrupt, Match& match) const {
    Matcher matcher(*this, subject, interrupt, match);
    auto& first = program_.front();
    bool starts_with_byte =
        first.code == Code::byte && (first.repeat == Repeat::once || first.repeat == Repeat::at_least_one);
    match.outcome = Outcome::no_match;
    for (auto begin = from; begin <= subject.size(); ++begin) {
        if (starts_with_byte && !anchored_) {
            begin = subject.find(static_cast<char>(first.first), begin);
            if (begin == std::string_view::npos) break;
        }
        match.outcome = matcher.match_at(begin);
        if (match.outcome != Outcome::no_match || anchored_) break;
    }
    return match.outcome;
}

const char* Pattern::capture_error(std::size_t capture) const {
    return closed_[capture] ? nullptr : unfinished_capture;
}

}  // namespace switchhook::script
