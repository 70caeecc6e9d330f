#include "core/thread_priority.hpp"

#include <pthread.h>
#include <sched.h>

namespace switchhook::core {

void let_others_go_first() {
    const sched_param priority{};
    pthread_setschedparam(pthread_self(), SCHED_BATCH, &priority);
}

}  // namespace switchhook::core
