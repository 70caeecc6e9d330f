#pragma once

namespace switchhook::core {

// One visitor out of several lambdas, for std::visit.
template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;  // which clang 16 does not make by itself

}  // namespace switchhook::core
