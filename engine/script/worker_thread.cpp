#include "script/worker_thread.hpp"

#include <memory>
#include <system_error>
#include <tuple>

namespace switchhook::script {
namespace {

using Run = std::function<void()>;

void* run_thread(void* argument) {
    std::unique_ptr<Run> run(static_cast<Run*>(argument));
    (*run)();
    return nullptr;
}

}  // namespace

WorkerThread::WorkerThread(Run run) {
    auto argument = std::make_unique<Run>(std::move(run));
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    int error = pthread_create(&thread_, &attributes, run_thread, argument.get());
    pthread_attr_destroy(&attributes);
    if (error != 0) throw std::system_error(error, std::generic_category(), "cannot start a worker thread");
    std::ignore = argument.release();  // the thread's now
}

WorkerThread::~WorkerThread() {
    pthread_join(thread_, nullptr);
}

}  // namespace switchhook::script
