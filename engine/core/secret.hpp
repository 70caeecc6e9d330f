#pragma once

#include <string>
#include <utility>

namespace switchhook::core {

// A token or key. It has no operator<< and no conversion: whoever needs it says `reveal()`.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}

    bool empty() const { return value_.empty(); }
    const std::string& reveal() const { return value_; }

private:
    std::string value_;
};

}  // namespace switchhook::core
