#include "core/log_thread.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#ifdef __SANITIZE_THREAD__
// spdlog is not built with it: what its thread does under its own locks looks like a race.
extern "C" const char* __tsan_default_suppressions() {
    return "race:spdlog\n";
}
#endif

namespace switchhook::core {
namespace {

constexpr std::size_t queued_lines = 8192;

}  // namespace

struct LogThread::State {
    std::shared_ptr<spdlog::details::thread_pool> thread;
    std::shared_ptr<spdlog::async_logger> logger;
};

LogThread::LogThread() : state_(std::make_unique<State>()) {
    state_->thread = std::make_shared<spdlog::details::thread_pool>(queued_lines, 1);
    state_->logger =
        std::make_shared<spdlog::async_logger>("switchhook", std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                                               state_->thread, spdlog::async_overflow_policy::overrun_oldest);
    state_->logger->set_pattern("%v");
    state_->logger->set_level(spdlog::level::trace);
    state_->logger->flush_on(spdlog::level::trace);
}

LogThread::~LogThread() = default;

void LogThread::write(std::string_view line) {
    state_->logger->info("{}", line);
}

}  // namespace switchhook::core
