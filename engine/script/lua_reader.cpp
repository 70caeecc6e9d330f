#include "script/lua_reader.hpp"

#include "script/lua_tokens.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace switchhook::script {
namespace {

using Kind = LuaNode::Kind;

constexpr std::array<std::string_view, 21> keywords = {"and", "break",    "do",     "else", "elseif", "end",   "false",
                                                       "for", "function", "if",     "in",   "local",  "nil",   "not",
                                                       "or",  "repeat",   "return", "then", "true",   "until", "while"};

struct GiveUp {};

// How tightly an operator binds to its left and to its right; 0: it is none. `..` and `^` bind to the right.
struct Binding {
    int left = 0;
    int right = 0;
};

Binding binding_of(const LuaToken& token) {
    if (token.kind == LuaToken::Kind::name) {
        if (token.text == "or") return {1, 1};
        if (token.text == "and") return {2, 2};
        return {};
    }
    if (token.kind != LuaToken::Kind::symbol) return {};
    const auto& text = token.text;
    if (text == "<" || text == ">" || text == "<=" || text == ">=" || text == "~=" || text == "==") return {3, 3};
    if (text == "..") return {5, 4};
    if (text == "+" || text == "-") return {6, 6};
    if (text == "*" || text == "/" || text == "%") return {7, 7};
    if (text == "^") return {10, 9};
    return {};
}

constexpr int unary_binding = 8;

class Reader {
public:
    explicit Reader(std::string_view source) : tokens_(lua_tokens(source)) {}

    LuaNode chunk() {
        auto node = block();
        if (now().kind != LuaToken::Kind::end) throw GiveUp();
        return node;
    }

private:
    // LuaJIT's own limit on nesting: below it, recursion here is no danger.
    struct Deeper {
        explicit Deeper(int& depth) : depth_(depth) {
            if (++depth_ > 200) throw GiveUp();
        }
        ~Deeper() { --depth_; }
        int& depth_;
    };

    const LuaToken& now() const { return tokens_[at_]; }
    const LuaToken& next() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
    void skip() {
        if (at_ + 1 < tokens_.size()) ++at_;
    }

    static bool is_keyword(const LuaToken& token) {
        return token.kind == LuaToken::Kind::name && std::ranges::binary_search(keywords, token.text);
    }
    static bool is_word(const LuaToken& token) { return token.kind == LuaToken::Kind::name && !is_keyword(token); }

    // Whether the token is that symbol or keyword.
    bool at(std::string_view text) const { return now().is_symbol(text) || now().is_name(text); }
    bool take(std::string_view text) {
        if (!at(text)) return false;
        skip();
        return true;
    }
    void need(std::string_view text) {
        if (!take(text)) throw GiveUp();
    }

    LuaNode begin(Kind kind) const {
        LuaNode node;
        node.kind = kind;
        node.line = now().line;
        node.begin = now().begin;
        return node;
    }
    // A node that begins where another does.
    static LuaNode begin(Kind kind, const LuaNode& first) {
        LuaNode node;
        node.kind = kind;
        node.line = first.line;
        node.begin = first.begin;
        return node;
    }
    // The node ends with the token before this one.
    LuaNode finish(LuaNode node) const {
        node.end = at_ == 0 ? node.begin : std::max(node.begin, tokens_[at_ - 1].end);
        return node;
    }

    LuaNode word(Kind kind = Kind::name) {
        if (!is_word(now())) throw GiveUp();
        auto node = begin(kind);
        node.text = now().text;
        skip();
        return finish(std::move(node));
    }

    bool block_ends() const {
        return now().kind == LuaToken::Kind::end || at("end") || at("else") || at("elseif") || at("until");
    }

    LuaNode block() {
        Deeper deeper(depth_);
        auto node = begin(Kind::block);
        while (!block_ends()) {
            bool last = at("return");
            node.parts.push_back(statement());
            take(";");
            if (last && !block_ends()) throw GiveUp();
        }
        return finish(std::move(node));
    }

    LuaNode block_until_end() {
        auto node = block();
        need("end");
        return node;
    }

    LuaNode statement() {
        if (at("if")) return if_chain();
        if (at("while")) return while_loop();
        if (at("for")) return for_loop();
        if (at("repeat")) return repeat_loop();
        if (at("function")) return function_statement();
        if (at("local")) return local();
        if (at("return")) return return_values();
        auto node = begin(Kind::break_loop);
        if (take("break")) return finish(std::move(node));
        if (take("do")) {
            node.kind = Kind::do_block;
            node.parts.push_back(block_until_end());
            return finish(std::move(node));
        }
        if (take("::")) {
            node.kind = Kind::label;
            node.text = word().text;
            need("::");
            return finish(std::move(node));
        }
        if (now().is_name("goto") && is_word(next())) {
            skip();
            node.kind = Kind::goto_label;
            node.text = word().text;
            return finish(std::move(node));
        }
        return expression_statement();
    }

    LuaNode if_chain() {
        auto node = begin(Kind::if_chain);
        do {
            skip();  // `if` or `elseif`
            node.parts.push_back(expression());
            need("then");
            node.parts.push_back(block());
        } while (at("elseif"));
        if (take("else")) node.parts.push_back(block());
        need("end");
        return finish(std::move(node));
    }

    LuaNode while_loop() {
        auto node = begin(Kind::while_loop);
        skip();
        node.parts.push_back(expression());
        need("do");
        node.parts.push_back(block_until_end());
        return finish(std::move(node));
    }

    LuaNode repeat_loop() {
        auto node = begin(Kind::repeat_loop);
        skip();
        node.parts.push_back(block());
        need("until");
        node.parts.push_back(expression());
        return finish(std::move(node));
    }

    LuaNode for_loop() {
        auto node = begin(Kind::count_loop);
        skip();
        auto names = word_list();
        if (names.parts.size() > 1 || !at("=")) node.kind = Kind::each_loop;
        need(node.kind == Kind::count_loop ? "=" : "in");
        node.parts.push_back(std::move(names));
        node.parts.push_back(expressions());
        need("do");
        node.parts.push_back(block_until_end());
        return finish(std::move(node));
    }

    // `function a.b:c() … end` is an assignment.
    LuaNode function_statement() {
        auto node = begin(Kind::assignment);
        skip();
        auto target = word();
        auto name = target.text;
        bool method = false;
        while (!method && (at(".") || at(":"))) {
            method = at(":");
            name += now().text;
            skip();
            auto index = begin(Kind::index, target);
            auto key = word(Kind::string);
            name += key.text;
            index.parts.push_back(std::move(target));
            index.parts.push_back(std::move(key));
            target = finish(std::move(index));
        }
        auto targets = begin(Kind::values, target);
        targets.parts.push_back(std::move(target));
        node.parts.push_back(finish(std::move(targets)));
        auto values = begin(Kind::values);
        values.parts.push_back(function_body(begin(Kind::function), method));
        values.parts.back().text = name;
        node.parts.push_back(finish(std::move(values)));
        return finish(std::move(node));
    }

    LuaNode local() {
        auto node = begin(Kind::local);
        skip();
        if (take("function")) {
            node.kind = Kind::local_function;
            node.parts.push_back(word());
            node.parts.push_back(function_body(begin(Kind::function), false));
            node.parts[1].text = node.parts[0].text;
            return finish(std::move(node));
        }
        node.parts.push_back(word_list());
        auto values = begin(Kind::values);
        if (take("=")) values = expressions();
        for (std::size_t i = 0; i < std::min(values.parts.size(), node.parts[0].parts.size()); ++i)
            name_function(values.parts[i], node.parts[0].parts[i].text);
        node.parts.push_back(std::move(values));
        return finish(std::move(node));
    }

    static void name_function(LuaNode& value, const std::string& name) {
        if (value.is(Kind::function)) value.text = name;
    }

    LuaNode return_values() {
        auto node = begin(Kind::return_values);
        skip();
        if (!block_ends() && !at(";")) node.parts = expressions().parts;
        return finish(std::move(node));
    }

    LuaNode expression_statement() {
        auto first = suffixed();
        if (!at("=") && !at(",")) {
            if (!first.is(Kind::call) && !first.is(Kind::method)) throw GiveUp();
            auto node = begin(Kind::call_statement, first);
            node.parts.push_back(std::move(first));
            return finish(std::move(node));
        }
        auto node = begin(Kind::assignment, first);
        auto targets = begin(Kind::values, first);
        targets.parts.push_back(std::move(first));
        while (take(",")) targets.parts.push_back(suffixed());
        for (const auto& target : targets.parts)
            if (!target.is(Kind::name) && !target.is(Kind::index)) throw GiveUp();
        need("=");
        auto values = expressions();
        for (std::size_t i = 0; i < std::min(values.parts.size(), targets.parts.size()); ++i)
            if (targets.parts[i].is(Kind::name)) name_function(values.parts[i], targets.parts[i].text);
        node.parts.push_back(finish(std::move(targets)));
        node.parts.push_back(std::move(values));
        return finish(std::move(node));
    }

    LuaNode word_list() {
        auto node = begin(Kind::names);
        do node.parts.push_back(word());
        while (take(","));
        return finish(std::move(node));
    }

    LuaNode expressions() {
        auto node = begin(Kind::values);
        do node.parts.push_back(expression());
        while (take(","));
        return finish(std::move(node));
    }

    LuaNode expression(int binds_more_than = 0) {
        Deeper deeper(depth_);
        LuaNode left;
        if (at("not") || now().is_symbol("-") || now().is_symbol("#")) {
            left = begin(Kind::unary);
            left.text = now().text;
            skip();
            left.parts.push_back(expression(unary_binding));
            left = finish(std::move(left));
        } else {
            left = simple();
        }
        for (auto binding = binding_of(now()); binding.left > binds_more_than; binding = binding_of(now())) {
            auto node = begin(Kind::binary, left);
            node.text = now().text;
            skip();
            node.parts.push_back(std::move(left));
            node.parts.push_back(expression(binding.right));
            left = finish(std::move(node));
        }
        return left;
    }

    LuaNode simple() {
        auto node = begin(Kind::nil);
        const auto& token = now();
        if (token.kind == LuaToken::Kind::string || token.kind == LuaToken::Kind::number) {
            node.kind = token.kind == LuaToken::Kind::string ? Kind::string : Kind::number;
            node.text = token.text;
        } else if (at("true") || at("false")) {
            node.kind = Kind::boolean;
            node.text = token.text;
        } else if (at("...")) {
            node.kind = Kind::varargs;
        } else if (at("function")) {
            skip();
            return function_body(std::move(node), false);
        } else if (at("{")) {
            return table();
        } else if (!at("nil")) {
            return suffixed();
        }
        skip();
        return finish(std::move(node));
    }

    // A name or what is in parentheses, with all that is indexed and called behind it.
    LuaNode suffixed() {
        LuaNode node;
        if (at("(")) {
            node = begin(Kind::parentheses);
            skip();
            node.parts.push_back(expression());
            need(")");
            node = finish(std::move(node));
        } else {
            node = word();
        }
        for (;;) {
            if (take(".")) {
                auto index = begin(Kind::index, node);
                index.parts.push_back(std::move(node));
                index.parts.push_back(word(Kind::string));
                node = finish(std::move(index));
            } else if (take("[")) {
                auto index = begin(Kind::index, node);
                index.parts.push_back(std::move(node));
                index.parts.push_back(expression());
                need("]");
                node = finish(std::move(index));
            } else if (take(":")) {
                auto call = begin(Kind::method, node);
                call.line = now().line;  // in a chain of calls, that of this one
                call.text = word().text;
                call.parts.push_back(std::move(node));
                arguments(call);
                node = finish(std::move(call));
            } else if (at("(") || at("{") || now().kind == LuaToken::Kind::string) {
                auto call = begin(Kind::call, node);
                call.parts.push_back(std::move(node));
                arguments(call);
                node = finish(std::move(call));
            } else {
                return node;
            }
        }
    }

    void arguments(LuaNode& call) {
        if (at("{")) {
            call.parts.push_back(table());
        } else if (now().kind == LuaToken::Kind::string) {
            call.parts.push_back(simple());
        } else {
            need("(");
            if (take(")")) return;
            auto list = expressions();
            std::ranges::move(list.parts, std::back_inserter(call.parts));
            need(")");
        }
    }

    LuaNode table() {
        Deeper deeper(depth_);
        auto node = begin(Kind::table);
        need("{");
        while (!at("}")) {
            node.parts.push_back(field());
            if (!take(",") && !take(";") && !at("}")) throw GiveUp();
        }
        skip();
        return finish(std::move(node));
    }

    LuaNode field() {
        auto node = begin(Kind::pair);
        if (take("[")) {
            node.parts.push_back(expression());
            need("]");
        } else if (is_word(now()) && next().is_symbol("=")) {
            node.parts.push_back(word(Kind::string));
        } else {
            node.kind = Kind::item;
        }
        if (node.is(Kind::pair)) need("=");
        node.parts.push_back(expression());
        if (node.is(Kind::pair) && node.parts[0].is(Kind::string)) name_function(node.parts[1], node.parts[0].text);
        return finish(std::move(node));
    }

    LuaNode function_body(LuaNode node, bool method) {
        node.kind = Kind::function;
        auto names = begin(Kind::names);
        if (method) {
            names.parts.push_back(begin(Kind::name));
            names.parts.back().text = "self";
        }
        need("(");
        while (!at(")")) {
            if (at("...")) {
                names.parts.push_back(begin(Kind::varargs));
                skip();
            } else {
                names.parts.push_back(word());
            }
            if (!take(",") && !at(")")) throw GiveUp();
        }
        skip();
        node.parts.push_back(finish(std::move(names)));
        node.parts.push_back(block());
        need("end");
        return finish(std::move(node));
    }

    std::vector<LuaToken> tokens_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace

std::optional<LuaNode> read_lua(std::string_view source) {
    try {
        return Reader(source).chunk();
    } catch (const GiveUp&) {
        return std::nullopt;
    }
}

}  // namespace switchhook::script
