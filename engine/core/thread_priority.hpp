#pragma once

namespace switchhook::core {

// Threads that answer callers come first from now on where they share a core with the calling thread, which has work
// that nobody waits for: Linux's SCHED_BATCH (sched(7)).
void let_others_go_first();

}  // namespace switchhook::core
