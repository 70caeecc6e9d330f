#pragma once

namespace switchhook::core {

// One visitor out of several lambdas, for std::visit.
template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

}  // namespace switchhook::core
