#include "net/workers.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <pthread.h>
#include <set>
#include <signal.h>
#include <stdexcept>
#include <thread>

using namespace switchhook::net;
namespace asio = boost::asio;

namespace {

template <class Function>
auto on_worker(Workers& workers, std::size_t index, Function function) {
    std::packaged_task<decltype(function())()> task(std::move(function));
    auto result = task.get_future();
    asio::post(workers.executor(index), std::move(task));
    return result.get();
}

}  // namespace

TEST(Workers, RunEachExecutorOnAThreadOfItsOwn) {
    Workers workers({.count = 3});
    std::set<std::thread::id> threads;
    for (std::size_t i = 0; i < 3; ++i)
        threads.insert(on_worker(workers, i, [] { return std::this_thread::get_id(); }));
    EXPECT_EQ(threads.size(), 3u);
    EXPECT_EQ(threads.count(std::this_thread::get_id()), 0u);
}

TEST(Workers, GiveEachThreadADeepStack) {
    Workers workers({.count = 1});
    auto bytes = on_worker(workers, 0, [] {
        pthread_attr_t attributes;
        pthread_getattr_np(pthread_self(), &attributes);
        std::size_t size = 0;
        pthread_attr_getstacksize(&attributes, &size);
        pthread_attr_destroy(&attributes);
        return size;
    });
    EXPECT_GE(bytes, std::size_t{64} << 20);
}

TEST(Workers, CallTheHooksOnEachThread) {
    std::mutex mutex;
    std::set<std::pair<std::size_t, std::thread::id>> started;
    std::set<std::pair<std::size_t, std::thread::id>> ended;
    auto note = [&](auto& where) {
        return [&](std::size_t index) {
            std::lock_guard lock(mutex);
            where.emplace(index, std::this_thread::get_id());
        };
    };
    {
        Workers workers({.count = 2, .on_start = note(started), .on_end = note(ended)});
        on_worker(workers, 0, [] { return 0; });
        on_worker(workers, 1, [] { return 0; });
    }
    EXPECT_EQ(started.size(), 2u);
    EXPECT_EQ(started, ended);
}

TEST(Workers, GoOnAfterAnException) {
    std::promise<void> told;
    Workers workers({.count = 1, .on_exception = [&](std::exception_ptr) { told.set_value(); }});
    asio::post(workers.executor(0), [] { throw std::runtime_error("broken"); });
    told.get_future().get();
    EXPECT_EQ(on_worker(workers, 0, [] { return 7; }), 7);
}

TEST(Workers, SurviveTheWatchdogsSignal) {
    struct sigaction action = {};
    action.sa_handler = [](int) {};
    struct sigaction before = {};
    sigaction(SIGUSR2, &action, &before);
    {
        Workers workers({.count = 1});
        auto thread = on_worker(workers, 0, [] { return pthread_self(); });
        for (int i = 0; i < 100; ++i) {
            pthread_kill(thread, SIGUSR2);
            EXPECT_EQ(on_worker(workers, 0, [i] { return i; }), i);
        }
    }
    sigaction(SIGUSR2, &before, nullptr);
}
