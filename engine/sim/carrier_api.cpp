#include "sim/carrier_api.hpp"

#include "core/phone_number.hpp"
#include "net/basic_credentials.hpp"
#include "net/form.hpp"
#include "sim/url.hpp"

#include <array>
#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace switchhook::sim {
namespace {

namespace asio = boost::asio;
using core::Json;

net::Response refuse(int status, int code, const std::string& message) {
    return net::json_response(status, {{"code", code},
                                       {"message", message},
                                       {"more_info", "https://www.twilio.com/docs/errors/" + std::to_string(code)},
                                       {"status", status}});
}

// Numbers that fail on purpose (twilio.com/docs/iam/test-credentials): for texts, and for calls.
struct Magic {
    int message;
    int call;
};

std::optional<Magic> magic_receiver(std::string_view number) {
    static const std::map<std::string_view, Magic> numbers{{"+15005550001", {21211, 21217}},
                                                           {"+15005550002", {21612, 21214}},
                                                           {"+15005550003", {21408, 21215}},
                                                           {"+15005550004", {21610, 21216}},
                                                           {"+15005550009", {21614, 0}}};
    auto found = numbers.find(number);
    if (found == numbers.end()) return std::nullopt;
    return found->second;
}

std::optional<Magic> magic_sender(std::string_view number) {
    if (number == "+15005550001") return Magic{21212, 21212};
    if (number == "+15005550007") return Magic{21606, 21210};
    if (number == "+15005550008") return Magic{21611, 0};
    return std::nullopt;
}

std::size_t characters(std::string_view utf8) {
    std::size_t count = 0;
    for (unsigned char byte : utf8) count += (byte & 0xC0) != 0x80;
    return count;
}

// Twilio's code for what is wrong with a text, or 0.
int judge_message(const net::Form& form) {
    if (form.get("To").empty()) return 21604;
    if (form.get("From").empty() && form.get("MessagingServiceSid").empty()) return 21603;
    if (form.get("Body").empty() && form.get("MediaUrl").empty() && form.get("ContentSid").empty()) return 21602;
    if (characters(form.get("Body")) > 1600) return 21617;
    if (auto magic = magic_receiver(form.get("To"))) return magic->message;
    if (auto magic = magic_sender(form.get("From"))) return magic->message;
    if (!core::is_e164(form.get("To"))) return 21211;
    if (form.get("MessagingServiceSid").empty() && !core::is_e164(form.get("From"))) return 21212;
    return 0;
}

int judge_call(const net::Form& form) {
    if (form.get("To").empty()) return 21201;
    if (auto magic = magic_receiver(form.get("To")); magic && magic->call) return magic->call;
    if (auto magic = magic_sender(form.get("From")); magic && magic->call) return magic->call;
    if (!core::is_e164(form.get("To"))) return 21211;
    if (!core::is_e164(form.get("From"))) return 21212;
    if (form.get("Url").empty() && form.get("Twiml").empty()) return 21205;
    if (!form.get("Url").empty() && !resolve_url({}, std::string(form.get("Url")))) return 21205;
    if (form.get("Twiml").size() > 4000) return 32018;
    return 0;
}

Json call_json(CarrierCall& call) {
    const auto& facts = call.facts();
    return {
        {"sid", facts.sid},        {"account_sid", facts.account_sid}, {"from", facts.from},         {"to", facts.to},
        {"status", call.status()}, {"direction", facts.direction},     {"duration", nullptr},        {"price", nullptr},
        {"answered_by", nullptr},  {"parent_call_sid", nullptr},       {"api_version", "2010-04-01"}};
}

std::string method_of(const net::Form& form, std::string_view key) {
    return form.get(key) == "GET" ? "GET" : "POST";
}

}  // namespace

CarrierApi::CarrierApi(Carrier& carrier, net::Workers& workers, core::Log& log)
    : carrier_(carrier),
      server_(
          workers, {}, [this](net::Request request) { return handle(std::move(request)); }, log) {}

std::string CarrierApi::url() const {
    return "http://127.0.0.1:" + std::to_string(server_.port());
}

asio::awaitable<net::Response> CarrierApi::handle(net::Request request) {
    const auto& options = carrier_.options();
    auto credentials = net::basic_credentials(options.account_sid + ":" + options.webhooks.auth_token.reveal());
    if (request.headers.find("Authorization") != credentials) co_return refuse(401, 20003, "Authenticate");
    auto account = "/2010-04-01/Accounts/" + options.account_sid + "/";
    std::string path(request.path());
    if (!path.starts_with(account)) co_return refuse(404, 20404, "The requested resource " + path + " was not found");
    auto resource = path.substr(account.size());
    if (request.method == "GET" && resource == "Messages.json") co_return list_messages(request);
    if (request.method != "POST") co_return refuse(405, 20004, "Method not allowed");
    if (resource == "Messages.json") co_return create_message(request);
    if (resource == "Calls.json") co_return create_call(request);
    if (resource.starts_with("Calls/") && resource.ends_with(".json")) {
        auto sid = resource.substr(6, resource.size() - 11);
        auto response = co_await update_call(std::move(sid), std::move(request));
        co_return response;
    }
    co_return refuse(404, 20404, "The requested resource " + path + " was not found");
}

net::Response CarrierApi::create_message(const net::Request& request) {
    auto form = net::decode_form(request.body);
    if (int code = judge_message(form)) return refuse(400, code, "The message was refused");
    TextMessage message{
        {}, std::string(form.get("From")), std::string(form.get("To")), std::string(form.get("Body")), {}};
    for (const auto& [key, value] : form)
        if (key == "MediaUrl") message.media.push_back(value);
    message.idempotency_key = request.headers.find("Idempotency-Key").value_or("");
    const auto* accepted = carrier_.accept_text(std::move(message));
    if (!accepted) return refuse(400, 21610, "The receiver has opted out");
    return net::json_response(201, message_json(*accepted));
}

// The newest come first, and no more than a page of them.
net::Response CarrierApi::list_messages(const net::Request& request) const {
    const auto query = net::decode_form(request.query());
    const auto to = query.get("To"), from = query.get("From");
    const auto size = query.get("PageSize");
    const std::size_t most = size.empty() ? 50 : std::stoul(std::string(size));
    Json messages = Json::array();
    const auto& sent = carrier_.sent_texts();
    for (auto message = sent.rbegin(); message != sent.rend() && messages.size() < most; ++message)
        if ((to.empty() || message->to == to) && (from.empty() || message->from == from))
            messages.push_back(message_json(*message));
    return net::json_response(200, {{"messages", std::move(messages)}, {"page", 0}, {"page_size", most}});
}

Json CarrierApi::message_json(const TextMessage& message) const {
    std::array<char, 40> created{};
    std::tm date{};
    gmtime_r(&message.created, &date);
    std::strftime(created.data(), created.size(), "%a, %d %b %Y %H:%M:%S +0000", &date);
    return {{"sid", message.sid},          {"account_sid", carrier_.options().account_sid},
            {"from", message.from},        {"to", message.to},
            {"body", message.body},        {"status", "queued"},
            {"num_segments", "1"},         {"num_media", std::to_string(message.media.size())},
            {"direction", "outbound-api"}, {"date_created", std::string(created.data())},
            {"error_code", nullptr},       {"price", nullptr}};
}

net::Response CarrierApi::create_call(const net::Request& request) {
    auto form = net::decode_form(request.body);
    if (int code = judge_call(form)) return refuse(400, code, "The call was refused");
    NumberSettings settings;
    settings.voice_url = form.get("Url");
    settings.voice_method = method_of(form, "Method");
    settings.voice_fallback_url = form.get("FallbackUrl");
    settings.status_callback = form.get("StatusCallback");
    auto& call = carrier_.ring(std::string(form.get("From")), std::string(form.get("To")), std::move(settings),
                               std::string(form.get("Twiml")));
    auto json = call_json(call);
    json["status"] = "queued";
    return net::json_response(201, json);
}

asio::awaitable<net::Response> CarrierApi::update_call(std::string sid, net::Request request) {
    auto* call = carrier_.find(sid);
    if (!call) co_return refuse(404, 20404, "The requested resource /Calls/" + sid + " was not found");
    if (!call->over().empty()) co_return refuse(400, 21220, "Call is not in-progress. Cannot redirect.");
    auto form = net::decode_form(request.body);
    auto status = std::string(form.get("Status"));
    if (status == "completed" || status == "canceled") {
        call->end(status);
    } else if (!form.get("Url").empty()) {
        auto url = resolve_url({}, std::string(form.get("Url")));
        if (!url) co_return refuse(400, 21205, "Url is not a valid URL");
        call->redirect(*url, method_of(form, "Method"));
    } else if (!form.get("Twiml").empty()) {
        call->redirect(std::string(form.get("Twiml")));
    } else {
        co_return refuse(400, 21218, "The update asks for nothing");
    }
    co_return net::json_response(200, call_json(*call));
}

}  // namespace switchhook::sim
