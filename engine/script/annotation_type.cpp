#include "script/annotation_type.hpp"

#include <array>
#include <cctype>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace switchhook::script {
namespace {

using Kind = AnnotatedType::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 10> builtin_types{{
    {"any", Kind::any},
    {"nil", Kind::nil},
    {"boolean", Kind::boolean},
    {"number", Kind::number},
    {"integer", Kind::integer},
    {"string", Kind::string},
    {"table", Kind::table},
    {"function", Kind::function},
    {"unknown", Kind::any},
    {"userdata", Kind::any},
}};

bool is_name_char(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.';
}

class TypeReader {
public:
    explicit TypeReader(std::string_view text) : text_(text) {}

    AnnotatedType read_union() {
        auto begin = at_;
        auto first = read_postfix();
        std::vector<AnnotatedType> parts{std::move(first)};
        while (next_is_bar()) parts.push_back(read_postfix());
        if (parts.size() == 1) return std::move(parts.front());
        AnnotatedType type{Kind::one_of, text(begin), nullptr, std::move(parts)};
        return type;
    }

    std::size_t at() const { return at_; }

private:
    [[noreturn]] void fail(const std::string& what) const { throw std::runtime_error(what); }

    std::string text(std::size_t begin) const { return std::string(text_.substr(begin, at_ - begin)); }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    bool next_is_bar() {
        auto at = text_.find_first_not_of(' ', at_);
        if (at == std::string_view::npos || text_[at] != '|') return false;
        at_ = text_.find_first_not_of(' ', at + 1);
        if (at_ == std::string_view::npos) fail("a type is missing after `|`");
        return true;
    }

    AnnotatedType read_postfix() {
        auto begin = at_;
        auto type = read_primary();
        for (;;) {
            if (text_.substr(at_).starts_with("[]")) {
                at_ += 2;
                type = AnnotatedType{Kind::array, text(begin), nullptr, {std::move(type)}};
            } else if (peek() == '?') {
                ++at_;
                AnnotatedType nothing{Kind::nil, "nil"};
                type = AnnotatedType{Kind::one_of, text(begin), nullptr, {std::move(type), std::move(nothing)}};
            } else {
                return type;
            }
        }
    }

    AnnotatedType read_primary() {
        auto begin = at_;
        auto c = peek();
        if (c == '(') {
            ++at_;
            auto type = read_union();
            if (peek() != ')') fail("`)` is missing in a type");
            ++at_;
            type.text = text(begin);
            return type;
        }
        if (c == '{') {
            skip_balanced('{', '}');
            return {Kind::table, text(begin)};
        }
        if (c == '"') return read_string();
        if (std::isdigit(static_cast<unsigned char>(c)) || c == '-') return read_number();
        return read_name();
    }

    AnnotatedType read_string() {
        auto begin = at_;
        auto end = text_.find('"', at_ + 1);
        if (end == std::string_view::npos) fail("a quote is not closed in a type");
        at_ = end + 1;
        return {Kind::literal, text(begin), std::string(text_.substr(begin + 1, end - begin - 1))};
    }

    AnnotatedType read_number() {
        auto begin = at_;
        double value = 0;
        auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
        if (error != std::errc{}) fail("a number is malformed in a type");
        at_ = static_cast<std::size_t>(end - text_.data());
        return {Kind::literal, text(begin), value};
    }

    AnnotatedType read_name() {
        auto begin = at_;
        while (is_name_char(peek())) ++at_;
        auto name = text(begin);
        if (name.empty()) fail("a type is missing");
        if (name == "true" || name == "false") return {Kind::literal, name, name == "true"};
        if (name == "fun") return read_function(begin);
        if (peek() == '<') return read_table(begin);
        for (const auto& [word, kind] : builtin_types)
            if (word == name) return {kind, name};
        return {Kind::class_, name};
    }

    // table<K, V>
    AnnotatedType read_table(std::size_t begin) {
        ++at_;
        read_union();
        if (!text_.substr(at_).starts_with(", ")) fail("`table<` needs the type of a key and that of a value");
        at_ += 2;
        auto value = read_union();
        if (peek() != '>') fail("`>` is missing in a type");
        ++at_;
        return {Kind::table, text(begin), nullptr, {std::move(value)}};
    }

    AnnotatedType read_function(std::size_t begin) {
        if (peek() == '(') skip_balanced('(', ')');
        if (text_.substr(at_).starts_with(": ")) {
            at_ += 2;
            read_postfix();
            while (text_.substr(at_).starts_with(", ")) {
                at_ += 2;
                read_postfix();
            }
        }
        return {Kind::function, text(begin)};
    }

    void skip_balanced(char open, char close) {
        int depth = 0;
        do {
            if (peek() == '\0') fail(std::string("`") + close + "` is missing in a type");
            if (peek() == open) ++depth;
            if (peek() == close) --depth;
            ++at_;
        } while (depth > 0);
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

double number_of(std::string_view text) {
    double value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        throw std::runtime_error("`" + std::string(text) + "` is not a number");
    return value;
}

void read_constraint(std::string_view item, Constraints& constraints) {
    if (item.starts_with("at most ")) {
        constraints.longest = static_cast<std::size_t>(number_of(item.substr(8)));
    } else if (item.starts_with("at least ")) {
        constraints.least = number_of(item.substr(9));
    } else if (auto to = item.find(" to "); to != std::string_view::npos) {
        constraints.least = number_of(item.substr(0, to));
        constraints.most = number_of(item.substr(to + 4));
    } else if (item == "E.164" || item == "URL" || item == "SIP") {
        constraints.format = item;
    } else {
        throw std::runtime_error("`[" + std::string(item) + "]` is not a range, a length, a format or a default");
    }
}

}  // namespace

AnnotatedType read_type(std::string_view& text) {
    TypeReader reader(text);
    auto type = reader.read_union();
    text.remove_prefix(reader.at());
    return type;
}

Constraints take_constraints(std::string& about) {
    Constraints constraints;
    auto open = about.rfind('[');
    if (about.empty() || about.back() != ']' || open == std::string::npos) return constraints;
    auto items = std::string_view(about).substr(open + 1, about.size() - open - 2);
    while (!items.empty()) {
        if (items.starts_with("default ")) {
            constraints.standard = items.substr(8);
            break;
        }
        auto comma = std::min(items.find(", "), items.size());
        read_constraint(items.substr(0, comma), constraints);
        items.remove_prefix(std::min(comma + 2, items.size()));
    }
    about.resize(open);
    while (!about.empty() && about.back() == ' ') about.pop_back();
    return constraints;
}

}  // namespace switchhook::script
