#pragma once

#include "core/audio_format.hpp"
#include "core/json.hpp"
#include "sim/api_error.hpp"
#include "sim/realtime_model.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace switchhook::sim {

// One conversation with a simulated model, by voice or by text, as whoever plays the model sees it.
// Lives on one executor.
class ModelTalk {
public:
    virtual ~ModelTalk() = default;

    // What was noticed of the other side; taken out once it was looked at.
    virtual RealtimeModel::Seen& seen() = 0;
    virtual bool is_over() const = 0;
    // The other side waits for the model to say or do something.
    virtual bool wants_words() const = 0;
    // What was written for this one response: instructions; "" where there are none. REQUIRES: wants_words().
    virtual std::string order() const = 0;
    // Everything that the model was told about itself.
    virtual std::string instructions() const = 0;
    // The tools that it may use now, by name.
    virtual std::vector<std::string> tools() const = 0;
    // All that was said so far, as text.
    virtual std::string history() const = 0;
    // In which format it speaks; none where it writes.
    virtual std::optional<core::AudioFormat> speaks() const = 0;

    // Each gives what the other side waits for. REQUIRES: wants_words().
    virtual void respond(std::vector<RealtimeOutput> outputs) = 0;
    virtual void fail(const std::string& code, const std::string& message) = 0;

    // What the caller's next turn was understood as.
    virtual void understand(std::string words) = 0;
    virtual void send_error(const ApiError& error) = 0;
    virtual void stall(std::chrono::milliseconds time) = 0;
    // Ends the connection: with a status of WebSocket's, or for 1006 without a word.
    virtual void drop(std::uint16_t status) = 0;
    // Nobody plays this conversation any more.
    virtual void leave() {}

    // Called after anything above may have changed.
    std::function<void()> on_change = [] {};
};

}  // namespace switchhook::sim
