#include "bench/event_loop.hpp"

#include <algorithm>
#include <array>
#include <sys/epoll.h>
#include <system_error>
#include <unistd.h>

namespace switchhook::bench {

EventLoop::EventLoop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll");
}

EventLoop::~EventLoop() {
    ::close(epoll_);
}

void EventLoop::watch(int descriptor, Readable& handler) {
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &handler}};
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0)
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

void EventLoop::at(SteadyTime time, std::function<void()> what) {
    timers_.push_back({time, timers_made_++, std::move(what)});
    std::push_heap(timers_.begin(), timers_.end(), later);
}

void EventLoop::run_until(SteadyTime end) {
    std::array<epoll_event, 256> events;
    for (auto now = steady_now(); now < end; now = steady_now()) {
        while (!timers_.empty() && timers_.front().time <= now) {
            std::pop_heap(timers_.begin(), timers_.end(), later);
            auto what = std::move(timers_.back().what);
            timers_.pop_back();
            what();
        }
        const auto next = timers_.empty() ? end : std::min(end, timers_.front().time);
        const auto wait = std::max<std::int64_t>((next - steady_now()).count(), 0);
        const timespec timeout{wait / 1'000'000'000, wait % 1'000'000'000};
        const int count = ::epoll_pwait2(epoll_, events.data(), events.size(), &timeout, nullptr);
        for (int i = 0; i < count; ++i) static_cast<Readable*>(events[static_cast<std::size_t>(i)].data.ptr)->ready();
    }
}

}  // namespace switchhook::bench
