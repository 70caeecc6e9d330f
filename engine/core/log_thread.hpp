#pragma once

#include <memory>
#include <string_view>

namespace switchhook::core {

// Writes finished lines to standard error, on a thread of its own. Safe to use from any thread; whoever writes waits
// for nobody: past 8,192 lines in the queue the oldest are lost.
class LogThread {
public:
    LogThread();
    ~LogThread();

    void write(std::string_view line);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace switchhook::core
