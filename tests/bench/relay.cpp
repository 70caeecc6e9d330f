#include "bench/relay.hpp"

#include "bench/message_socket.hpp"

#include <array>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace switchhook::bench {
namespace {

void watch(int epoll, int from, int to) {
    const int on = 1;
    ::setsockopt(to, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto both = static_cast<std::uint64_t>(from) << 32 | static_cast<std::uint32_t>(to);
    epoll_event event{.events = EPOLLIN, .data = {.u64 = both}};
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, from, &event);
}

// Runs until the process is killed.
void relay(int listener, std::uint16_t model) {
    const int epoll = ::epoll_create1(0);
    epoll_event accepting{.events = EPOLLIN, .data = {.u64 = static_cast<std::uint64_t>(listener) << 32}};
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &accepting);
    std::array<epoll_event, 256> events;
    std::array<char, 16'384> buffer;
    while (true) {
        const int count = ::epoll_wait(epoll, events.data(), events.size(), -1);
        for (int i = 0; i < count; ++i) {
            const auto both = events[static_cast<std::size_t>(i)].data.u64;
            const int from = static_cast<int>(both >> 32), to = static_cast<int>(both & 0xffff'ffff);
            if (from == listener) {
                const int caller = ::accept(listener, nullptr, nullptr);
                const int other = connect_to_loopback(model);
                watch(epoll, caller, other);
                watch(epoll, other, caller);
                continue;
            }
            const auto size = ::read(from, buffer.data(), buffer.size());
            if (size <= 0 || ::write(to, buffer.data(), static_cast<std::size_t>(size)) != size)
                ::epoll_ctl(epoll, EPOLL_CTL_DEL, from, nullptr);
        }
    }
}

}  // namespace

Relay::Relay(std::uint16_t model) {
    const int listener = listen_on_loopback();
    port_ = port_of(listener);
    child_ = std::make_unique<Child>([&] { relay(listener, model); });
    ::close(listener);
}

}  // namespace switchhook::bench
