#pragma once

#include "audio/base64.hpp"
#include "core/json.hpp"
#include "net/websocket.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace switchhook::sim::testing {

// The server's side of a media stream: what it was sent, and what it does once the stream has started.
class StreamPeer {
public:
    using Socket = std::shared_ptr<net::WebSocket>;
    using Act = std::function<boost::asio::awaitable<void>(StreamPeer&, Socket)>;

    explicit StreamPeer(Act act) : act_(std::move(act)) {}

    boost::asio::awaitable<void> serve(Socket socket) {
        auto start = co_await next(socket, "start");
        sid_ = start.value("streamSid", "");
        co_await act_(*this, socket);
    }

    // The next message of this event; null where the stream is over.
    boost::asio::awaitable<core::Json> next(Socket socket, std::string event) {
        for (;;) {
            auto message = co_await socket->read();
            if (!message) co_return core::Json();
            auto json = core::Json::parse(*message);
            {
                std::lock_guard lock(mutex_);
                received_.push_back(json);
            }
            if (json.at("event") == event) co_return json;
        }
    }
    // The next frame with a voice in it; null where the stream is over.
    boost::asio::awaitable<core::Json> next_voice(Socket socket) {
        for (;;) {
            auto media = co_await next(socket, "media");
            if (media.is_null() || media.at("media").at("payload") != silent_frame()) co_return media;
        }
    }

    void send(Socket socket, const std::string& event, core::Json body = nullptr) {
        core::Json json{{"event", event}, {"streamSid", sid_}};
        if (!body.is_null()) json[event] = std::move(body);
        socket->send(json.dump()).value();
    }
    // So many ms of a sound.
    void speak(Socket socket, std::size_t length) {
        send(socket, "media", {{"payload", audio::encode_base64(std::string(length * 8, '\x10'))}});
    }

    std::vector<core::Json> received(std::string_view event) const {
        std::lock_guard lock(mutex_);
        std::vector<core::Json> found;
        for (const auto& message : received_)
            if (message.at("event") == event) found.push_back(message);
        return found;
    }
    // All but the frames.
    std::vector<std::string> events() const {
        std::lock_guard lock(mutex_);
        std::vector<std::string> events;
        for (const auto& message : received_)
            if (message.at("event") != "media") events.push_back(message.at("event"));
        return events;
    }

    static const std::string& silent_frame() {
        static const auto frame = audio::encode_base64(std::string(160, '\xff'));
        return frame;
    }

private:
    Act act_;
    std::string sid_;
    mutable std::mutex mutex_;
    std::vector<core::Json> received_;
};

}  // namespace switchhook::sim::testing
