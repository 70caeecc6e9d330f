#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchhook::net {

// Fields of application/x-www-form-urlencoded, in order; a key may come several times.
class Form {
public:
    using Field = std::pair<std::string, std::string>;

    Form() = default;
    Form(std::initializer_list<Field> fields) : fields_(fields) {}

    void reserve(std::size_t fields) { fields_.reserve(fields); }
    void add(std::string key, std::string value) { fields_.emplace_back(std::move(key), std::move(value)); }

    // The first value under exactly this key. The view lives until the form changes.
    std::optional<std::string_view> find(std::string_view key) const noexcept;
    // The same, or "" where there is none.
    std::string_view get(std::string_view key) const noexcept { return find(key).value_or(std::string_view()); }

    auto begin() const noexcept { return fields_.begin(); }
    auto end() const noexcept { return fields_.end(); }
    std::size_t size() const noexcept { return fields_.size(); }
    bool empty() const noexcept { return fields_.empty(); }

private:
    std::vector<Field> fields_;
};

// Reads a form body or a query (WHATWG URL §5.1): "+" is a blank, %XX is decoded once, nothing is
// trimmed, a "%" that starts no such pair stands for itself.
Form decode_form(std::string_view text);

// Writes it (WHATWG URL §5.2): letters, digits and "*-._" bare, a blank as "+", all else as %XX.
std::string encode_form(const Form& form);

// One value as it goes into a path segment or a query (RFC 3986 §2.3): a blank is "%20".
std::string percent_encode(std::string_view text);

}  // namespace switchhook::net
