#include "net/websocket_turns.hpp"

#include <openssl/rand.h>

#include <cstring>
#include <stdexcept>

namespace switchhook::net {

void WebSocketTurns::end() {
    running_ = false;
    while (!senders_.empty()) {
        auto& sender = senders_.front();
        senders_.pop_front();
        sender.flush();
    }
}

// Drawn many at a time: the generator's own cost is that of a call.
MaskingKey WebSocketTurns::masking_key() {
    MaskingKey drawn;
    if (random_left_ < drawn.size()) {
        if (RAND_bytes(reinterpret_cast<unsigned char*>(random_.data()), static_cast<int>(random_.size())) != 1)
            throw std::runtime_error("the system gives no randomness");
        random_left_ = random_.size();
    }
    random_left_ -= drawn.size();
    std::memcpy(drawn.data(), random_.data() + random_left_, drawn.size());
    return drawn;
}

}  // namespace switchhook::net
