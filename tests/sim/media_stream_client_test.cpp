#include "sim/media_stream_client.hpp"

#include "awaited.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <string>
#include <thread>

using namespace switchhook;
using namespace switchhook::sim;

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// What a server answers to a key (RFC 6455 §4.2.2).
std::string accepted(const std::string& key) {
    auto text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::array<unsigned char, 32> base64;
    EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(digest.size()));
    return reinterpret_cast<const char*>(base64.data());
}

// A server on a thread of its own that takes one connection: it upgrades it and sends these bytes, or answers as told.
class RawServer {
public:
    explicit RawServer(std::string bytes, std::string instead = {}) {
        port_ = acceptor_.local_endpoint().port();
        thread_ = std::thread([this, bytes = std::move(bytes), instead = std::move(instead)] {
            tcp::socket socket(context_);
            acceptor_.accept(socket);
            asio::streambuf buffer;
            auto size = asio::read_until(socket, buffer, "\r\n\r\n");
            request_.assign(asio::buffers_begin(buffer.data()),
                            asio::buffers_begin(buffer.data()) + static_cast<std::ptrdiff_t>(size));
            auto at = request_.find("Sec-WebSocket-Key: ") + 19;
            auto reply =
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Accept: " +
                accepted(request_.substr(at, request_.find("\r\n", at) - at)) + "\r\n\r\n" + bytes;
            asio::write(socket, asio::buffer(instead.empty() ? reply : instead));
            boost::system::error_code ended;
            while (!ended && read_frame(socket, ended) != '\x88') continue;  // until the client says goodbye
            asio::write(socket, asio::buffer(std::string("\x88\x00", 2)), ended);
        });
    }
    ~RawServer() { thread_.join(); }

    std::string url() const { return "ws://127.0.0.1:" + std::to_string(port_) + "/media"; }

private:
    // The first byte of the client's next frame.
    static char read_frame(tcp::socket& socket, boost::system::error_code& ended) {
        std::array<unsigned char, 4> header{};
        asio::read(socket, asio::buffer(header, 2), ended);
        std::size_t length = header[1] & 0x7f;
        if (length == 126) {
            asio::read(socket, asio::buffer(header.data() + 2, 2), ended);
            length = header[2] * 256u + header[3];
        }
        std::string masked(4 + length, '\0');
        asio::read(socket, asio::buffer(masked), ended);
        return static_cast<char>(header[0]);
    }

    asio::io_context context_;
    tcp::acceptor acceptor_{context_, {asio::ip::address_v4::loopback(), 0}};
    std::uint16_t port_ = 0;
    std::string request_;
    std::thread thread_;
};

MediaStreamClient::End stream_from(const std::string& reach) {
    asio::io_context context;
    MediaStreamClient client("wss://hook.example/media", {"AC1", "CA1", "MZ1", {}},
                             {.auth_token = core::Secret("12345"), .reach = reach});
    auto work = [](MediaStreamClient& on) -> asio::awaitable<MediaStreamClient::End> {
        auto end = co_await on.connect();
        if (end.code == 0) end = co_await on.run();
        co_return end;
    };
    return tests::run(context, work(client));
}

}  // namespace

TEST(MediaStreamClient, EndsAtABinaryFrame) {
    RawServer server(std::string("\x82\x01x", 3));
    EXPECT_EQ(stream_from(server.url()).code, 31950);
}

TEST(MediaStreamClient, EndsInOrderWhenTheServerSaysGoodbye) {
    RawServer server(std::string("\x88\x02\x03\xe8", 4));
    EXPECT_EQ(stream_from(server.url()).code, 0);
}

TEST(MediaStreamClient, TellsWhyItCouldNotBeOpened) {
    EXPECT_EQ(stream_from("ws://127.0.0.1:1/media").code, 31902);
    EXPECT_EQ(stream_from("wss:127.0.0.1").code, 31923);
    RawServer server("", "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope");
    auto end = stream_from(server.url());
    EXPECT_EQ(end.code, 31920);
    EXPECT_EQ(end.what, "the server answered the upgrade with 404: nope");
}
