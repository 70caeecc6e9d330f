#pragma once

#include <boost/container/small_vector.hpp>

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace switchhook::script {

// A pattern of Lua 5.1 (reference manual §5.4.1), compiled once and matched without recursion, so that no pattern
// overflows the stack and every match can be interrupted. Knows nothing of Lua states.
//
// Where the manual is silent it does as LuaJIT: a pattern ends at its first zero byte, letters are ASCII's, and
// what is malformed is an error only of a match that gets there.
class Pattern {
public:
    // Whether a leading '^' ties the match to where it starts (find, match, gsub) or means itself (gmatch).
    enum class Caret { anchors, is_literal };

    static constexpr std::size_t max_captures = 32;

    Pattern() = default;
    explicit Pattern(std::string_view text, Caret caret = Caret::anchors);

    // True for a pattern tied to where its match starts.
    bool anchored() const { return anchored_; }
    std::size_t capture_count() const { return capture_count_; }

    // A capture's place in the subject; `()` captures a place alone.
    struct Capture {
        std::size_t begin = 0;
        std::size_t length = 0;
        bool is_position = false;
    };

    enum class Outcome { matched, no_match, malformed, interrupted };

    struct Match {
        Outcome outcome;
        std::size_t begin = 0;  // of the match in the subject
        std::size_t end = 0;
        const char* error = nullptr;  // for malformed: LuaJIT's words
        std::array<Capture, max_captures> captures;
    };

    // Asked every 1,024 steps; true stops the match.
    using Interrupt = bool (*)() noexcept;

    // Finds the first match that begins at `from` or later (an anchored one: at `from`) into `match`, whose
    // captures below capture_count() are set. REQUIRES: from <= subject.size().
    Outcome find(std::string_view subject, std::size_t from, Interrupt interrupt, Match& match) const;

    // The message for a capture that the pattern opens and never closes; null if there is none. It is an error
    // only of whoever asks for the capture.
    const char* capture_error(std::size_t capture) const;

private:
    using Set = std::bitset<256>;
    enum class Code : std::uint8_t {
        any,
        byte,
        set,
        open,
        open_position,
        close,
        balance,
        frontier,
        back_reference,
        subject_end,
        done,
        malformed,
    };
    enum class Repeat : std::uint8_t { once, optional, greedy, at_least_one, lazy };

    struct Instruction {
        Code code;
        Repeat repeat = Repeat::once;
        unsigned char first = 0;      // the byte; a balance's opening one; a capture's index
        unsigned char second = 0;     // a balance's closing one
        const Set* shared = nullptr;  // a class such as %a
        std::uint32_t own = 0;        // otherwise the index in sets_
        const char* error = nullptr;
    };

    struct Choice;
    class Compiler;
    class Matcher;

    const Set& set_of(const Instruction& item) const { return item.shared ? *item.shared : sets_[item.own]; }

    boost::container::small_vector<Instruction, 24> program_;
    boost::container::small_vector<Set, 4> sets_;
    std::array<bool, max_captures> closed_{};
    std::size_t capture_count_ = 0;
    std::size_t choices_ = 0;  // how many instructions may be come back to
    bool anchored_ = false;
};

}  // namespace switchhook::script
