#include "bench/carrier_line.hpp"

#include "bench/server.hpp"
#include "sim/call_params.hpp"
#include "sim/signing.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <stdexcept>

namespace switchhook::bench {
namespace {

namespace asio = boost::asio;

sim::Params params(const std::string& call_sid, const std::string& number, std::string_view status) {
    return sim::call_params({call_sid, "AC00000000000000000000000000000000", "+14155550142", number, "inbound"},
                            status);
}

}  // namespace

CarrierLine::CarrierLine(std::uint16_t port, bool tls) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
    socket_.set_option(asio::ip::tcp::no_delay(true));
    if (tls) tls_.emplace(socket_, tls_context_).handshake(asio::ssl::stream_base::client);
}

std::string CarrierLine::begin(const std::string& call_sid, const std::string& number) {
    return send("/twilio/voice", params(call_sid, number, "ringing"));
}

std::string CarrierLine::press(const std::string& call_sid, const std::string& number, const std::string& document) {
    auto begin = document.find("action=\"");
    if (begin == std::string::npos) throw std::runtime_error("no action to press a key at: " + document);
    begin = document.find(public_url, begin) + std::string_view(public_url).size();
    auto path = document.substr(begin, document.find('"', begin) - begin);
    return send(path, sim::merge(params(call_sid, number, "in-progress"), {{"Digits", "1"}, {"msg", "Gather End"}}));
}

void CarrierLine::end(const std::string& call_sid, const std::string& number) {
    send("/twilio/status", params(call_sid, number, "completed"));
}

std::string CarrierLine::send(const std::string& path, const sim::Params& params) {
    const auto body = sim::encode(params);
    const auto signature = sim::sign(core::Secret(auth_token), public_url + path, params);
    auto request =
        "POST " + path + " HTTP/1.1\r\nHost: hook.example\r\nX-Twilio-Signature: " + signature +
        "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n" + body;
    const auto body_of_reply = tls_ ? exchange(*tls_, request) : exchange(socket_, request);
    if (!received_.starts_with("HTTP/1.1 200 ")) throw std::runtime_error(path + " answered " + received_);
    return body_of_reply;
}

template <class Stream>
std::string CarrierLine::exchange(Stream& stream, const std::string& request) {
    asio::write(stream, asio::buffer(request));
    received_.clear();
    const auto head = asio::read_until(stream, asio::dynamic_buffer(received_), "\r\n\r\n");
    const std::string_view name = "\r\nContent-Length: ";
    const auto at = received_.find(name);
    if (at == std::string::npos) throw std::runtime_error("a reply has no length: " + received_);
    const auto size = std::stoul(received_.substr(at + name.size()));
    if (received_.size() < head + size)
        asio::read(stream, asio::dynamic_buffer(received_), asio::transfer_exactly(head + size - received_.size()));
    return received_.substr(head);
}

}  // namespace switchhook::bench
