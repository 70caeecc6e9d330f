#include "net/websocket_turns.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

using namespace switchhook::net;
using testing::ElementsAre;

namespace {

class WebSocketTurnsTest : public testing::Test {
protected:
    class Sender final : public WebSocketTurns::Sender {
    public:
        Sender(std::string name, std::vector<std::string>& flushed) : name_(std::move(name)), flushed_(flushed) {}
        void flush() override { flushed_.push_back(name_); }

    private:
        std::string name_;
        std::vector<std::string>& flushed_;
    };

    boost::asio::io_context context_;
    WebSocketTurns& turns_ = boost::asio::use_service<WebSocketTurns>(context_);
    std::vector<std::string> flushed_;
    Sender carrier_{"carrier", flushed_};
    Sender model_{"model", flushed_};
};

}  // namespace

TEST_F(WebSocketTurnsTest, FlushesEachSenderOnceAndInTheirOrderWhenTheTurnIsOver) {
    turns_.run([&] {
        for (int i = 0; i < 3; ++i) {
            turns_.flush(model_);
            turns_.flush(carrier_);
        }
        EXPECT_THAT(flushed_, ElementsAre());
    });
    EXPECT_THAT(flushed_, ElementsAre("model", "carrier"));
}

TEST_F(WebSocketTurnsTest, FlushesAtOnceWhatIsSentOutsideOfATurn) {
    turns_.run([] {});
    turns_.flush(carrier_);
    EXPECT_THAT(flushed_, ElementsAre("carrier"));
}

TEST_F(WebSocketTurnsTest, FlushesAfterATurnThatThrows) {
    EXPECT_THROW(turns_.run([&] {
        turns_.flush(carrier_);
        throw std::runtime_error("broken");
    }),
                 std::runtime_error);
    EXPECT_THAT(flushed_, ElementsAre("carrier"));
}

TEST_F(WebSocketTurnsTest, ForgetsASenderThatIsGone) {
    turns_.run([&] {
        Sender gone("gone", flushed_);
        turns_.flush(gone);
        turns_.flush(model_);
    });
    EXPECT_THAT(flushed_, ElementsAre("model"));
}

TEST_F(WebSocketTurnsTest, DrawsAMaskingKeyForEachFrame) {
    std::set<MaskingKey> keys;
    for (int i = 0; i < 3000; ++i) keys.insert(turns_.masking_key());
    EXPECT_GT(keys.size(), 2990U);
}
