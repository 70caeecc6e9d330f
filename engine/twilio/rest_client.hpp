#pragma once

#include "core/clock.hpp"
#include "core/errc.hpp"
#include "core/json.hpp"
#include "core/secret.hpp"
#include "net/form.hpp"
#include "net/http_client.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

// Twilio's REST API, version 2010-04-01: https://www.twilio.com/docs/usage/api
namespace switchhook::twilio {

// Carries a request to Twilio and its response back. Tests stand in for it.
class HttpSender {
public:
    virtual ~HttpSender() = default;
    virtual boost::asio::awaitable<core::Result<net::Response>> send(net::ClientRequest request) = 0;
};

// Sends over the network. The client outlives it.
class NetworkSender final : public HttpSender {
public:
    explicit NetworkSender(const net::HttpClient& client) : client_(client) {}
    boost::asio::awaitable<core::Result<net::Response>> send(net::ClientRequest request) override {
        return client_.send(std::move(request));
    }

private:
    const net::HttpClient& client_;
};

// Why Twilio did not do it.
struct RestError {
    core::Error cause;    // set where no answer of Twilio's came: timed_out, unreachable, malformed…
    int status = 0;       // HTTP; 0 where no answer came
    int code = 0;         // Twilio's, as 21610; 0 where it gave none: https://www.twilio.com/docs/api/errors
    std::string message;  // in words, for the log

    // The one called upon has sent STOP to the sender.
    bool opted_out() const { return code == 21610; }
};

[[noreturn]] void throw_exception_from_error(const RestError& error, const boost::source_location& where);

// A call, message or account at Twilio.
struct Resource {
    std::string sid;
    std::string status;  // "queued", "in-progress", "active"
    core::Json all;      // every member, as Twilio gave it
};

using RestResult = boost::system::result<Resource, RestError>;

struct NewMessage {
    std::string to;                     // E.164
    std::string from;                   // E.164; or
    std::string messaging_service_sid;  // "MG…"
    std::string body;                   // at most 1600 characters
    std::vector<std::string> media;     // at most 10 URLs
    std::string status_callback;        // may be empty
    std::string idempotency_key = {};   // for receivers that keep one; Twilio itself pays no heed to it
};

struct NewCall {
    std::string to;     // E.164, "client:…", "sip:…"
    std::string from;   // E.164: a number of the account
    std::string url;    // where Twilio asks for TwiML; or
    std::string twiml;  // the TwiML itself, at most 4,000 characters
    std::string status_callback;
    std::vector<std::string> status_callback_events;  // initiated ringing answered completed
    std::chrono::seconds timeout{60};                 // how long it rings
    net::Form more;  // any other parameter by Twilio's name: Record, MachineDetection…
};

// What to change about a call in progress. Twilio refuses it for one that is over (21220).
struct CallUpdate {
    std::string url;     // another document goes on with the call; or
    std::string twiml;   // this one does; or
    std::string status;  // "completed" hangs up, "canceled" only one that is not answered yet
};

// One account's client. Immutable: it may be used from any number of coroutines at once.
//
// Only a request that Twilio says it did not process (429) is sent again. A POST that timed out may have been
// processed, and a text or a call must not happen twice: it is the caller's to decide.
class RestClient {
public:
    struct Options {
        std::string account_sid;
        std::string user;     // an API key "SK…"; empty: the account itself
        core::Secret secret;  // of the key, or the Auth Token
        std::string base_url = "https://api.twilio.com";
        std::chrono::milliseconds timeout{30'000};
        int tries = 3;  // of a request that is answered 429
    };
    // Suspends for a while.
    using Sleep = std::function<boost::asio::awaitable<void>(std::chrono::milliseconds)>;
    // Evenly spread from 0 up to, but without, 1.
    using Random = std::function<double()>;

    // `sender` outlives the client.
    RestClient(Options options, HttpSender& sender, Sleep sleep, Random random);

    boost::asio::awaitable<RestResult> create_message(NewMessage message) const;
    // The text that Twilio has taken since then of this sender, to this receiver and with these words; a resource
    // without a sid where there is none. Clocks may differ by two seconds.
    boost::asio::awaitable<RestResult> find_message(NewMessage message, core::Time since) const;
    boost::asio::awaitable<RestResult> create_call(NewCall call) const;
    boost::asio::awaitable<RestResult> update_call(std::string call_sid, CallUpdate update) const;
    // Fails with code 20003 where the credentials are wrong, and for a standard API key, which may not see accounts.
    boost::asio::awaitable<RestResult> fetch_account() const;

private:
    boost::asio::awaitable<RestResult> request(std::string method, std::string path, net::Form form,
                                               std::string idempotency_key = {}) const;
    std::chrono::milliseconds wait_before(int retry, const net::Response& response) const;

    Options options_;
    HttpSender& sender_;
    Sleep sleep_;
    Random random_;
};

// A Sleep on the coroutine's own executor, and a Random of the thread's own.
RestClient::Sleep timer_sleep();
RestClient::Random thread_random();

}  // namespace switchhook::twilio
