#pragma once

#include "bench/child.hpp"

#include <cstdint>
#include <memory>

namespace switchhook::bench {

// The floor under every bridge: a process on the measured core that reads bytes from one socket and writes them to
// another, with epoll and nothing else.
class Relay {
public:
    // Connects everyone who connects to it with the model at this port.
    explicit Relay(std::uint16_t model);

    Child& process() { return *child_; }
    std::uint16_t port() const { return port_; }

private:
    std::uint16_t port_;
    std::unique_ptr<Child> child_;
};

}  // namespace switchhook::bench
