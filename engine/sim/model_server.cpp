#include "sim/model_server.hpp"

#include "core/clock.hpp"
#include "net/form.hpp"
#include "sim/realtime_talk.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <utility>

namespace switchhook::sim {

namespace asio = boost::asio;
using core::Json;

namespace {

net::Response refusal(int status, ApiError error) {
    return net::json_response(status, {{"error", to_json(error)}});
}

ApiError no_such_model(const std::string& model) {
    return {"model_not_found", "The model `" + model + "` does not exist or you do not have access to it."};
}

}  // namespace

ModelServer::ModelServer(net::Workers& workers, Options options, core::Log& log)
    : options_(options),
      executor_(workers.executor(0)),
      assistants_(std::make_shared<Assistants>(executor_, options.assistants)),
      server_(
          workers, http_options(options), [this](net::Request request) { return handle(std::move(request)); }, log) {}

ModelServer::~ModelServer() {
    // The server waits for its handlers, and these may wait for a script.
    auto let_go = [this] {
        for (const auto& talk : chats_) talk->leave();
    };
    asio::post(executor_, asio::use_future(let_go)).get();
}

net::HttpServer::Options ModelServer::http_options(const Options& options) {
    net::HttpServer::WebSocketHandler websocket;
    websocket.admit = [this](net::Request request) { return admit(std::move(request)); };
    websocket.serve = [this](net::Request request, std::shared_ptr<net::WebSocket> socket) {
        return serve(std::move(request), std::move(socket));
    };
    websocket.options.max_message = std::size_t{16} << 20;
    websocket.options.max_backlog = std::size_t{64} << 20;
    net::HttpServer::Options http;
    http.address = options.address;
    http.port = options.port;
    http.websocket = std::move(websocket);
    return http;
}

std::string ModelServer::realtime_url() const {
    return "ws://127.0.0.1:" + std::to_string(port()) + "/v1/realtime";
}

std::string ModelServer::base_url() const {
    return "http://127.0.0.1:" + std::to_string(port()) + "/v1";
}

std::optional<net::Response> ModelServer::judge_key(const net::Request& request) const {
    constexpr std::string_view bearer = "Bearer ";
    auto sent = request.headers.find("Authorization").value_or("");
    if (!sent.starts_with(bearer) || sent.size() == bearer.size())
        return refusal(401, {"", "You didn't provide an API key in an Authorization header (Bearer)."});
    if (!options_.key.empty() && sent.substr(bearer.size()) != options_.key.reveal())
        return refusal(401, {"invalid_api_key", "Incorrect API key provided."});
    return std::nullopt;
}

asio::awaitable<std::optional<net::Response>> ModelServer::admit(net::Request request) {
    if (auto refused = judge_key(request)) co_return refused;
    if (request.path() != "/v1/realtime")
        co_return refusal(404, {"", "Invalid URL (GET " + std::string(request.path()) + ")"});
    if (net::decode_form(request.query()).get("model").empty())
        co_return refusal(400, {"missing_required_parameter", "You must provide a model parameter.", "model"});
    auto refused = co_await assistants_->admit();
    co_return refused;
}

asio::awaitable<void> ModelServer::serve(net::Request request, std::shared_ptr<net::WebSocket> socket) {
    auto model = std::string(net::decode_form(request.query()).get("model"));
    if (!options_.models.empty() && !options_.models.contains(model)) {
        auto error = to_json(no_such_model(model));
        error["event_id"] = nullptr;
        (void)socket->send(Json{{"type", "error"}, {"event_id", "event_1"}, {"error", error}}.dump());
        co_await socket->close(4000);
        co_return;
    }
    auto options = assistants_->model_options();
    options.model = model;
    options.beta = request.headers.find("OpenAI-Beta").value_or("").find("realtime=v1") != std::string_view::npos;
    options.seed = ++sessions_;
    options.started = core::SystemClock().now();
    auto talk = std::make_shared<RealtimeTalk>(options, std::move(socket), executor_);
    if (!options.beta) assistants_->take(talk);
    co_await talk->run();
}

asio::awaitable<net::Response> ModelServer::handle(net::Request request) {
    if (auto refused = judge_key(request)) co_return std::move(*refused);
    if (request.path() != "/v1/chat/completions")
        co_return refusal(404, {"", "Invalid URL (" + request.method + " " + std::string(request.path()) + ")"});
    if (request.method != "POST") co_return refusal(405, {"", "Not allowed to " + request.method + " here."});
    auto response = co_await complete(std::move(request));
    co_return response;
}

asio::awaitable<net::Response> ModelServer::complete(net::Request request) {
    auto body = Json::parse(request.body, nullptr, false);
    if (!body.is_object()) co_return refusal(400, {"", "We could not parse the JSON body of your request."});
    if (auto problem = check_chat_request(body)) co_return refusal(400, std::move(*problem));
    if (std::string model = body["model"]; !options_.models.empty() && !options_.models.contains(model))
        co_return refusal(404, no_such_model(model));
    std::erase_if(chats_, [](const auto& one) { return one->is_over(); });
    auto found = std::find_if(chats_.begin(), chats_.end(), [&](const auto& one) { return one->continues_with(body); });
    if (found != chats_.end()) {
        auto talk = *found;
        auto response = co_await talk->answer(std::move(body));
        co_return response;
    }
    auto refused = co_await assistants_->admit();
    if (refused) co_return std::move(*refused);
    auto talk = chats_.emplace_back(std::make_shared<ChatTalk>(executor_, ++chats_begun_));
    assistants_->take(talk);
    auto response = co_await talk->answer(std::move(body));
    co_return response;
}

}  // namespace switchhook::sim
