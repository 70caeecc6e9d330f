#pragma once

#include "core/call_port.hpp"
#include "core/clock.hpp"

#include <functional>
#include <optional>
#include <ostream>
#include <string>

namespace switchhook::app {

// A call in the terminal: what the caller would hear is printed, what they do is read, a line at a time.
class ConsoleCall final : public core::CallPort {
public:
    // Gives the next line of what the caller does; nothing when there is no more, which hangs up.
    using ReadLine = std::function<std::optional<std::string>(const std::string& prompt)>;

    ConsoleCall(std::ostream& out, ReadLine read_line, const core::Clock& clock)
        : out_(out), read_line_(std::move(read_line)), clock_(clock) {}

    boost::asio::awaitable<core::Answer> perform(const core::Ask& ask) override;
    void finish() override;
    bool ended() const override { return ended_; }
    boost::asio::awaitable<void> over() override;

private:
    core::Answer gather(const core::Json& options);
    core::Answer record(const core::Json& options);
    core::Answer dial(const core::Json& options);
    core::Answer enqueue(const core::Json& options);
    core::Answer refer(const core::Json& options);
    core::Answer leave(const core::Ask& ask);
    void print_prompt(const core::Json& prompt, const char* hears);
    std::optional<std::string> ask_human(const std::string& prompt);
    core::Answer of(core::Json value) const { return core::Answer::of(std::move(value), clock_.now()); }
    core::Answer nothing(std::string reason) const { return core::Answer::nothing(std::move(reason), clock_.now()); }

    std::ostream& out_;
    ReadLine read_line_;
    const core::Clock& clock_;
    bool ended_ = false;
};

}  // namespace switchhook::app
