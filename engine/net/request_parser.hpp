#pragma once

#include "net/http.hpp"

#include <boost/beast/http/basic_parser.hpp>

namespace switchhook::net {

// Beast's HTTP/1.1 grammar, filling a Request of ours without a copy in between.
// Errors are beast::http::error's; what Beast lets pass and RFC 9112 does not, `complaint()` names.
class RequestParser final : public boost::beast::http::basic_parser<true> {
public:
    Request& request() noexcept { return request_; }
    bool is_http_1_0() const noexcept { return version_ == 10; }

    // What is wrong with a header that parsed well, or "".
    std::string_view complaint() const noexcept {
        if (version_ == 11 && hosts_ != 1) return hosts_ == 0 ? "the Host header is missing" : "two Host headers";
        if (has_transfer_encoding_ && !chunked()) return "a Transfer-Encoding other than chunked";
        return {};
    }
    bool expects_continue() const noexcept { return expects_continue_; }

private:
    using Field = boost::beast::http::field;
    using Text = boost::beast::string_view;
    using Error = boost::beast::error_code;

    void on_request_impl(boost::beast::http::verb, Text method, Text target, int version, Error& ec) override {
        ec = {};
        request_.method.assign(method.data(), method.size());
        request_.target.assign(target.data(), target.size());
        version_ = version;
    }
    void on_response_impl(int, Text, int, Error& ec) override { ec = {}; }

    void on_field_impl(Field field, Text name, Text value, Error& ec) override {
        ec = {};
        if (field == Field::host) ++hosts_;
        if (field == Field::transfer_encoding) has_transfer_encoding_ = true;
        if (field == Field::expect) expects_continue_ = same_name({value.data(), value.size()}, "100-continue");
        request_.headers.add({name.data(), name.size()}, {value.data(), value.size()});
    }
    void on_header_impl(Error& ec) override { ec = {}; }

    void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error& ec) override {
        ec = {};
        if (length) request_.body.reserve(std::min<std::uint64_t>(*length, 65536));
    }
    std::size_t on_body_impl(Text body, Error& ec) override {
        ec = {};
        request_.body.append(body.data(), body.size());
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t, Text, Error& ec) override { ec = {}; }
    std::size_t on_chunk_body_impl(std::uint64_t, Text body, Error& ec) override { return on_body_impl(body, ec); }
    void on_finish_impl(Error& ec) override { ec = {}; }

    Request request_;
    int version_ = 11;
    int hosts_ = 0;
    bool has_transfer_encoding_ = false;
    bool expects_continue_ = false;
};

}  // namespace switchhook::net
