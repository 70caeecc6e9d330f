#include "script/silent_run.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace switchhook::script {
namespace {

using Kind = LuaNode::Kind;

// What a silent caller is asked by, and what it gives then: nil.
constexpr std::array<std::string_view, 4> questions = {"Call:gather", "ivr.menu", "ivr.ask", "ivr.confirm"};

// Lua's own functions, which come back.
constexpr std::array<std::string_view, 8> of_lua = {"tostring", "tonumber", "type",  "pairs",
                                                    "ipairs",   "next",     "print", "select"};

bool is_true(const LuaNode& node) {
    const auto& value = bare(node);
    return value.is(Kind::string) || value.is(Kind::number) || value.is(Kind::table) || value.is(Kind::function) ||
           (value.is(Kind::boolean) && value.text == "true");
}

bool is_false(const LuaNode& node) {
    const auto& value = bare(node);
    return value.is(Kind::nil) || (value.is(Kind::boolean) && value.text == "false");
}

}  // namespace

Code SilentRun::asks_for_ever(Code loop) {
    file_ = loop.file;
    loop_ = loop.node;
    bool repeat = loop.is(Kind::repeat_loop);
    const auto& condition = loop.node->parts[repeat ? 1 : 0];
    const auto& body = loop.node->parts[repeat ? 0 : 1];
    // The second turn begins with what the first has learnt: nothing, where every answer was nil.
    for (int turn = 0; turn < 2; ++turn) {
        bool to_the_end = block(body);
        look_for_ways_out(condition);
        if (leaves_ || breaks_ || !to_the_end) return {};
    }
    auto stays = truth(condition);
    if (stays != (repeat ? Truth::no : Truth::yes)) return {};
    return asked_;
}

Code SilentRun::calls_itself_for_ever(Code function) {
    file_ = function.file;
    function_ = function.node;
    bool to_the_end = block(function.node->parts[1]);
    return again_ && !to_the_end && !leaves_ ? asked_ : Code();
}

bool SilentRun::block(const LuaNode& block) {
    return std::ranges::all_of(block.parts, [this](const auto& statement) { return goes_on(statement); });
}

bool SilentRun::goes_on(const LuaNode& node) {
    switch (node.kind) {
        case Kind::break_loop:
            if (loops_ == 0) breaks_ = true;
            return false;
        case Kind::goto_label:
        case Kind::label:
            leaves_ = true;  // nobody follows it
            return false;
        case Kind::return_values: {
            bool only_again = node.parts.size() == 1 && bare(node.parts[0]).is(Kind::call);
            auto before = again_;
            again_ = false;
            for (const auto& value : node.parts) look_for_ways_out(value);
            bool tail = std::exchange(again_, before) && only_again;
            (tail ? again_ : leaves_) = true;
            return false;
        }
        case Kind::call_statement: {
            auto before = again_;
            again_ = false;
            look_for_ways_out(node.parts[0]);
            bool itself = again_;
            again_ = itself || before;
            return !itself;
        }
        case Kind::local:
        case Kind::assignment:
            look_for_ways_out(node.parts[1]);
            give(node.parts[0], node.parts[1]);
            return true;
        case Kind::local_function:
            return true;
        case Kind::do_block:
            return block(node.parts[0]);
        case Kind::if_chain:
            return if_chain(node);
        default:
            break;
    }
    // A loop inside: it may run, or not at all.
    ++loops_;
    for (const auto& part : node.parts) {
        if (part.is(Kind::block))
            block(part);
        else
            look_for_ways_out(part);
    }
    --loops_;
    return true;
}

bool SilentRun::if_chain(const LuaNode& chain) {
    bool goes_on = false;
    auto before = unanswered_;
    auto after = std::optional<std::set<const LuaVariable*>>();
    auto branch = [&](const LuaNode& taken) {
        unanswered_ = before;
        if (!block(taken)) return;
        goes_on = true;
        if (!after) after = unanswered_;
        std::erase_if(*after, [&](auto* variable) { return !unanswered_.contains(variable); });
    };
    for (std::size_t i = 0; i + 1 < chain.parts.size(); i += 2) {
        unanswered_ = before;
        look_for_ways_out(chain.parts[i]);
        auto holds = truth(chain.parts[i]);
        if (holds != Truth::no) branch(chain.parts[i + 1]);
        if (holds == Truth::yes) {
            if (after) unanswered_ = *after;
            return goes_on;
        }
    }
    if (chain.parts.size() % 2 == 1) {
        branch(chain.parts.back());
    } else {
        goes_on = true;
        if (after) std::erase_if(before, [&](auto* variable) { return !after->contains(variable); });
        after = before;
    }
    if (after) unanswered_ = *after;
    return goes_on;
}

// Functions that stand here run when somebody calls them.
void SilentRun::look_for_ways_out(const LuaNode& expression) {
    walk(expression, [this](const LuaNode& node) {
        if (node.is(Kind::function)) return false;
        if (node.is(Kind::call) || node.is(Kind::method)) call(node);
        return true;
    });
}

void SilentRun::call(const LuaNode& node) {
    Code at{file_, &node};
    if (const auto* called = flow_.types.called(at)) {
        if (std::ranges::find(questions, called->name) != questions.end()) {
            if (!asked_) asked_ = at;
            // What a menu does in the end may let the caller go.
            auto options =
                called->name == "ivr.menu" && node.parts.size() > 2 ? flow_.code.value_of(at.part(2)) : Code();
            if (options && (!options.is(Kind::table) || flow_.code.field(options, "operator") ||
                            flow_.code.field(options, "otherwise")))
                leaves_ = true;
            return;
        }
        bool reaches_somebody = called->name == "Call:dial" || called->name == "Call:enqueue" ||
                                called->name == "Call:converse" || called->name == "Call:refer" ||
                                called->name == "Call:record";
        if (called->ends || reaches_somebody) leaves_ = true;
        return;
    }
    auto own = flow_.types.own_function(at);
    if (own && own.node == function_) {
        again_ = true;
        return;
    }
    if (!is_known_to_come_back(at)) leaves_ = true;
}

bool SilentRun::is_known_to_come_back(Code call) const {
    const auto& node = *call.node;
    if (node.is(Kind::call)) {
        const auto& callee = bare(node.parts[0]);
        if (callee.is(Kind::name) && file_->names.of(callee) == nullptr)
            return std::ranges::find(of_lua, callee.text) != of_lua.end();
        if (callee.is(Kind::index) && bare(callee.parts[0]).is(Kind::name)) {
            const auto& library = bare(callee.parts[0]);
            return file_->names.of(library) == nullptr && (library.text == "string" || library.text == "table" ||
                                                           library.text == "math" || library.text == "os");
        }
    }
    // A function of the flow's own, all of which is in sight and does nothing but say something.
    auto own = flow_.types.own_function(call);
    if (!own) return node.is(Kind::method) && bare(node.parts[0]).is(Kind::string);
    bool harmless = true;
    walk(own.node->parts[1], [&](const LuaNode& part) {
        if (!part.is(Kind::call) && !part.is(Kind::method)) return harmless;
        const auto* called = flow_.types.called({own.file, &part});
        harmless = harmless && called != nullptr &&
                   (called->name == "Call:say" || called->name == "Call:play" || called->name == "Call:pause" ||
                    called->name == "log");
        return harmless;
    });
    return harmless;
}

bool SilentRun::is_nil(const LuaNode& node) const {
    const auto& value = bare(node);
    if (value.is(Kind::nil)) return true;
    if (value.is(Kind::name)) {
        const auto* variable = file_->names.of(value);
        return variable != nullptr && (unanswered_.contains(variable) || is_still_nil(*variable));
    }
    const auto* called = flow_.types.called({file_, &value});
    return called != nullptr && std::ranges::find(questions, called->name) != questions.end();
}

// `local choice` before a loop that alone gives it something.
bool SilentRun::is_still_nil(const LuaVariable& variable) const {
    if (loop_ == nullptr || variable.function != nullptr || variable.given.empty() || given_.contains(&variable))
        return false;
    const auto* first = variable.given[0].value;
    bool declared_only = first != nullptr && first->is(Kind::nil);
    return declared_only && std::all_of(variable.given.begin() + 1, variable.given.end(), [&](const auto& later) {
               return later.value != nullptr && later.value->begin >= loop_->begin && later.value->end <= loop_->end;
           });
}

SilentRun::Truth SilentRun::truth(const LuaNode& condition) const {
    const auto& node = bare(condition);
    if (is_true(node)) return Truth::yes;
    if (is_false(node) || is_nil(node)) return Truth::no;
    if (node.is(Kind::unary) && node.text == "not") {
        auto inner = truth(node.parts[0]);
        return inner == Truth::unknown ? inner : inner == Truth::yes ? Truth::no : Truth::yes;
    }
    if (!node.is(Kind::binary)) return Truth::unknown;
    const auto& left = node.parts[0];
    const auto& right = node.parts[1];
    if (node.text == "and" || node.text == "or") {
        auto deciding = node.text == "and" ? Truth::no : Truth::yes;
        auto first = truth(left), second = truth(right);
        if (first == deciding || second == deciding) return deciding;
        if (first == Truth::unknown || second == Truth::unknown) return Truth::unknown;
        return second;
    }
    if (node.text != "==" && node.text != "~=") return Truth::unknown;
    bool equal = node.text == "==";
    if (is_nil(left) && is_nil(right)) return equal ? Truth::yes : Truth::no;
    if ((is_nil(left) && is_true(right)) || (is_true(left) && is_nil(right))) return equal ? Truth::no : Truth::yes;
    return Truth::unknown;
}

void SilentRun::give(const LuaNode& targets, const LuaNode& values) {
    std::vector<bool> nil;
    for (std::size_t i = 0; i < targets.parts.size(); ++i)
        nil.push_back(i < values.parts.size() && is_nil(values.parts[i]));
    for (std::size_t i = 0; i < targets.parts.size(); ++i) {
        const auto& target = targets.parts[i];
        const auto* variable = target.is(Kind::name) ? file_->names.of(target) : nullptr;
        if (variable == nullptr) continue;
        if (nil[i]) {
            unanswered_.insert(variable);
        } else {
            unanswered_.erase(variable);
            given_.insert(variable);
        }
    }
}

}  // namespace switchhook::script
