#pragma once

#include "net/http.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <utility>

namespace switchhook::net {

// A response as Beast has read it.
inline Response taken(boost::beast::http::response<boost::beast::http::string_body> message) {
    Response response{.status = static_cast<int>(message.result_int())};
    for (const auto& field : message) {
        auto name = field.name_string();
        auto value = field.value();
        response.headers.add({name.data(), name.size()}, {value.data(), value.size()});
    }
    response.content_type = response.headers.find("Content-Type").value_or("");
    response.body = std::move(message.body());
    return response;
}

}  // namespace switchhook::net
