#pragma once

#include "bench/event_loop.hpp"
#include "bench/media_call.hpp"
#include "bench/message_socket.hpp"
#include "core/json.hpp"

#include <functional>
#include <random>
#include <string>

namespace switchhook::bench {

// The model's end of a conversation: as much of OpenAI's Realtime protocol as a conversation by voice takes.
class ModelLeg : public Readable {
public:
    // `find` tells by the session's instructions whose conversation it is; nullptr for nobody's.
    using Find = std::function<MediaCall*(const std::string& instructions)>;

    ModelLeg(EventLoop& loop, int socket, const ModelHabits& habits, Find find, unsigned number, const Tls* tls);

    void ready() override;

private:
    bool upgrade();
    void take(std::string_view message);
    void update_session(const core::Json& event);
    void accept();
    void wait_for_caller();

    void begin_response();
    void end_response(const char* status);
    void speak_on(SteadyTime due);
    void speak_at_once();
    void interrupt();
    void truncated(const core::Json& event);

    void send(core::Json event);
    void send_delta(std::string_view base64);
    bool silent() const { return call_ == nullptr || call_->over || !call_->talks; }

    EventLoop& loop_;
    MessageSocket socket_;
    const ModelHabits& habits_;
    Find find_;
    bool upgraded_;
    std::minstd_rand random_;
    MediaCall* call_ = nullptr;
    core::Json session_;
    unsigned events_ = 0;
    unsigned responses_ = 0;
    std::string response_, item_;
    std::string delta_;
};

}  // namespace switchhook::bench
