#pragma once

#include "net/websocket.hpp"
#include "sim/model_talk.hpp"
#include "sim/realtime_model.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

namespace switchhook::sim {

// A RealtimeModel on a WebSocket.
class RealtimeTalk final : public ModelTalk, public std::enable_shared_from_this<RealtimeTalk> {
public:
    RealtimeTalk(RealtimeModel::Options options, std::shared_ptr<net::WebSocket> socket,
                 boost::asio::any_io_executor executor);

    // Until the connection ends.
    boost::asio::awaitable<void> run();

    RealtimeModel::Seen& seen() override { return model_.seen(); }
    bool is_over() const override { return over_; }
    bool wants_words() const override { return !over_ && model_.wants_words(); }
    std::string order() const override { return model_.request().value("instructions", ""); }
    std::string instructions() const override { return model_.session().value("instructions", ""); }
    std::vector<std::string> tools() const override { return model_.tools(); }
    std::string history() const override;
    std::optional<core::AudioFormat> speaks() const override { return model_.output_format(); }

    void respond(std::vector<RealtimeOutput> outputs) override;
    void fail(const std::string& code, const std::string& message) override;
    void understand(std::string words) override { model_.understand(std::move(words)); }
    void send_error(const ApiError& error) override;
    void stall(std::chrono::milliseconds time) override;
    void drop(std::uint16_t status) override;

private:
    void flush();
    void close(std::uint16_t status);

    RealtimeModel model_;
    std::shared_ptr<net::WebSocket> socket_;
    boost::asio::any_io_executor executor_;
    boost::asio::steady_timer timer_;
    bool over_ = false;
};

}  // namespace switchhook::sim
