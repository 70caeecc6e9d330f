#pragma once

#include "core/log.hpp"
#include "core/secret.hpp"
#include "net/http_server.hpp"
#include "net/workers.hpp"
#include "sim/assistants.hpp"
#include "sim/chat_talk.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <list>
#include <memory>
#include <set>
#include <string>

namespace switchhook::sim {

// OpenAI's side of a socket: the Realtime API at /v1/realtime and Chat Completions at /v1/chat/completions, as strict
// as the real ones, with models that say what a script has them say.
//
// `workers` has one thread, on which the assistants are used too.
class ModelServer {
public:
    struct Options {
        std::string address = "127.0.0.1";
        std::uint16_t port = 0;             // 0: one that is free
        core::Secret key;                   // empty: any key will do, but there has to be one
        std::set<std::string> models = {};  // that there are; empty: any
        Assistants::Options assistants = {};
    };

    ModelServer(net::Workers& workers, Options options, core::Log& log);
    // Breaks off what is under way. Not from the worker, and while that runs.
    ~ModelServer();

    std::uint16_t port() const { return server_.port(); }
    // What takes the place of OPENAI_REALTIME_URL and of OPENAI_BASE_URL.
    std::string realtime_url() const;
    std::string base_url() const;

    const std::shared_ptr<Assistants>& assistants() const { return assistants_; }

private:
    net::HttpServer::Options http_options(const Options& options);
    std::optional<net::Response> judge_key(const net::Request& request) const;
    boost::asio::awaitable<std::optional<net::Response>> admit(net::Request request);
    boost::asio::awaitable<void> serve(net::Request request, std::shared_ptr<net::WebSocket> socket);
    boost::asio::awaitable<net::Response> handle(net::Request request);
    boost::asio::awaitable<net::Response> complete(net::Request request);

    Options options_;
    boost::asio::any_io_executor executor_;
    std::shared_ptr<Assistants> assistants_;
    std::list<std::shared_ptr<ChatTalk>> chats_;
    std::uint64_t chats_begun_ = 0;
    std::uint64_t sessions_ = 0;
    net::HttpServer server_;
};

}  // namespace switchhook::sim
