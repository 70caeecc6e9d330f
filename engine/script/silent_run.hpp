#pragma once

#include "script/code_rules.hpp"

#include <set>

namespace switchhook::script {

// What a flow does with a caller who never answers, as far as its code tells: every question gives nil, a condition
// that depends on anything else may come out either way.
//
// Says that a caller is caught only where every way leads back: wherever something might let them go, it is taken that
// it does.
class SilentRun {
public:
    explicit SilentRun(const ReadFlow& flow) : flow_(flow) {}

    // The question that a loop asks for ever; none if it may end.
    Code asks_for_ever(Code loop);

    // The question of a function that calls itself for ever; none if it may end.
    Code calls_itself_for_ever(Code function);

private:
    enum class Truth { no, yes, unknown };

    // Whether the code behind a piece of code may be reached. What may leave for good is noted in leaves_.
    bool goes_on(const LuaNode& statement);
    bool block(const LuaNode& block);
    bool if_chain(const LuaNode& chain);
    void look_for_ways_out(const LuaNode& expression);
    void call(const LuaNode& call);
    bool is_known_to_come_back(Code call) const;
    Truth truth(const LuaNode& condition) const;
    bool is_nil(const LuaNode& expression) const;
    bool is_still_nil(const LuaVariable& variable) const;
    void give(const LuaNode& targets, const LuaNode& values);

    const ReadFlow& flow_;
    const CodeFile* file_ = nullptr;
    const LuaNode* function_ = nullptr;        // whose calls to itself are no way out
    const LuaNode* loop_ = nullptr;            // that is looked at
    std::set<const LuaVariable*> unanswered_;  // hold nil, since the caller said nothing
    std::set<const LuaVariable*> given_;       // hold something else
    Code asked_;                               // the first question
    bool leaves_ = false;                      // something may let the caller go
    bool again_ = false;                       // the function calls itself
    bool breaks_ = false;                      // the loop that is looked at may be left
    int loops_ = 0;                            // inside it
};

}  // namespace switchhook::script
