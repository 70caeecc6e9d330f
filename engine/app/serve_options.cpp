#include "app/serve_options.hpp"

#include "app/environment.hpp"
#include "app/key_from_environment.hpp"
#include "twilio/routes.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>
#include <map>

namespace switchhook::app {
namespace {

// Splits "a, b,c"; blanks and empty items go.
std::vector<std::string> split_list(const std::string& text) {
    std::vector<std::string> items;
    std::string item;
    for (char c : text + ",") {
        if (c == ',') {
            if (!item.empty()) items.push_back(std::move(item));
            item.clear();
        } else if (c != ' ') {
            item += c;
        }
    }
    return items;
}

// Servers that this one replaces were told the URL of their voice webhook, path and all: what counts is what comes
// before a path that the engine knows.
std::string without_route(const std::string& url) {
    auto host = url.find("://");
    auto path = host == std::string::npos ? host : url.find('/', host + 3);
    return path != std::string::npos && twilio::find_route(url.substr(path)) ? url.substr(0, path) : url;
}

// The variable that a setting comes from where servers that this one replaces have another name for it: the first
// that is set.
const char* variable(std::initializer_list<const char*> names) {
    auto set = std::find_if(names.begin(), names.end(), [](const char* name) { return !environment({name}).empty(); });
    return set == names.end() ? *names.begin() : *set;
}

}  // namespace

std::string ServeOptions::host() const {
    auto host = listen.substr(0, listen.rfind(':'));
    if (host.size() > 1 && host.front() == '[') host = host.substr(1, host.size() - 2);
    return host;
}

std::uint16_t ServeOptions::port() const {
    std::uint16_t port = 0;
    auto at = listen.rfind(':');
    if (at != std::string::npos) std::from_chars(listen.data() + at + 1, listen.data() + listen.size(), port);
    return port;
}

bool ServeOptions::on_loopback() const {
    boost::system::error_code error;
    auto address = boost::asio::ip::make_address(host(), error);
    return !error && address.is_loopback();
}

std::string ServeOptions::stream_origin() const {
    auto origin = without_route(stream_url);
    if (origin.starts_with("wss://") || origin.starts_with("ws://")) origin.replace(0, 2, "http");
    while (origin.ends_with('/')) origin.pop_back();
    return origin;
}

std::string ServeOptions::problem() const {
    boost::system::error_code error;
    boost::asio::ip::make_address(host(), error);
    auto at = listen.rfind(':');
    auto digits = at == std::string::npos ? std::string() : listen.substr(at + 1);
    if (error || digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos ||
        digits != std::to_string(port()))
        return "--listen takes an address and a port, as 127.0.0.1:8080 or [::]:8080, not `" + listen + "`";
    if (allow_unsigned && !on_loopback())
        return "--allow-unsigned lets anybody start calls, so it works on loopback only: listen on 127.0.0.1, or set "
               "TWILIO_AUTH_TOKEN instead";
    if (tls_certificate.empty() != tls_key.empty())
        return "--tls-certificate and --tls-key go together: a PEM chain, and the PEM key that belongs to it";
    if (!std::filesystem::is_directory(flows))
        return "there is no folder `" + flows.string() + "`: name the folder of your flows with --flows";
    if (store != "sqlite" && store != "memory" && !in_postgres())
        return "--store takes sqlite, memory, or postgres://user:password@host/database, not `" +
               store.substr(0, store.find(':')) + "`";
    for (const auto& url : public_urls)
        if (!url.starts_with("https://") && !url.starts_with("http://"))
            return "--public-url starts with https:// or http://, as https://voice.example.com, not `" + url + "`";
    if (auto problem = key_problem(key); !problem.empty()) return problem;
    if (!stream_url.empty() && !stream_origin().starts_with("https://") && !stream_origin().starts_with("http://"))
        return "--stream-url starts with https:// or wss://, as https://voice-1.example.com, not `" + stream_url + "`";
    return openai.problem();
}

void add_serve_options(CLI::App& cli, ServeOptions& o) {
    static const std::map<std::string, core::LogLevel> levels{{"debug", core::LogLevel::debug},
                                                              {"info", core::LogLevel::info},
                                                              {"warn", core::LogLevel::warn},
                                                              {"error", core::LogLevel::error}};
    static const std::map<std::string, core::LogFormat> formats{{"text", core::LogFormat::text},
                                                                {"json", core::LogFormat::json}};

    auto* where = cli.add_option_group("Where");
    where->add_option("--listen", o.listen, "Address and port to listen on")
        ->envname("SWITCHHOOK_LISTEN")
        ->capture_default_str();
    where
        ->add_option("--public-url", o.public_urls,
                     "The engine's address as Twilio knows it, as https://voice.example.com (may be repeated) "
                     "(Env: PUBLIC_URL, TWILIO_WEBHOOK_URL, PUBLIC_WEBHOOK_URL)")
        ->type_name("URL");
    where
        ->add_option("--stream-url", o.stream_url,
                     "This engine's own address for callers' audio, as https://voice-1.example.com: for one of several "
                     "engines behind a load balancer, which brings webhooks to any of them")
        ->envname(variable({"SWITCHHOOK_STREAM_URL", "TWILIO_WEBSOCKET_URL"}))
        ->type_name("URL");
    where->add_option("--flows", o.flows, "Folder with numbers.lua and a folder per business")
        ->envname("SWITCHHOOK_FLOWS")
        ->capture_default_str();
    where->add_option("--data", o.data, "Folder that the engine keeps its own files in")
        ->envname("SWITCHHOOK_DATA")
        ->capture_default_str();
    where
        ->add_option("--store", o.store,
                     "What calls and flows' kv are kept in: sqlite (a file in --data), postgres://… (several engines "
                     "may share it), or memory (nothing survives)")
        ->envname("SWITCHHOOK_STORE")
        ->type_name("STORE")
        ->capture_default_str();
    where->add_option("--tls-certificate", o.tls_certificate, "PEM chain; the engine then speaks HTTPS itself")
        ->envname("SWITCHHOOK_TLS_CERTIFICATE");
    where->add_option("--tls-key", o.tls_key, "PEM key of that certificate; both are read again when they change")
        ->envname("SWITCHHOOK_TLS_KEY");
    where->add_option("--trusted-proxy", o.trusted_proxies,
                      "Address or network of a proxy whose X-Forwarded-* headers count (may be repeated)");

    auto* log = cli.add_option_group("Log");
    log->add_option("--log-level", o.log_level, "debug, info, warn or error")
        ->transform(CLI::CheckedTransformer(levels).description(""))
        ->envname("SWITCHHOOK_LOG_LEVEL");
    log->add_option("--log-format", o.log_format, "text or json")
        ->transform(CLI::CheckedTransformer(formats).description(""))
        ->envname("SWITCHHOOK_LOG_FORMAT");
    log->add_flag("--show-phone-numbers", o.show_phone_numbers, "Log phone numbers whole, not their last four digits");

    auto* trust = cli.add_option_group("Trust");
    trust->add_flag("--allow-unsigned", o.allow_unsigned, "Take webhooks without a signature; on loopback only");
    trust->add_flag("--allow-private-network", o.allow_private_network, "Let flows' http reach private addresses");
    trust->add_option("--twilio-account-sid", o.twilio_account_sid, "Account that texts are sent from")
        ->envname("TWILIO_ACCOUNT_SID");
    trust->add_option("--twilio-api-url", o.twilio_api_url, "Where Twilio's REST API is")
        ->envname("TWILIO_API_URL")
        ->capture_default_str();
    trust->add_option("--openai-base-url", o.openai.base_url, "Where OpenAI's endpoints are")
        ->envname("OPENAI_BASE_URL")
        ->capture_default_str();
    trust
        ->add_option("--openai-realtime-url", o.openai.realtime_url,
                     "Where the Realtime API is, as wss://api.openai.com/v1/realtime; by default it follows from the "
                     "base URL")
        ->envname("OPENAI_REALTIME_URL");

    auto* limits = cli.add_option_group("Limits");
    limits->add_option("--threads", o.threads, "Worker threads; 0: one a core")
        ->envname("SWITCHHOOK_THREADS")
        ->capture_default_str();
    limits->add_option("--max-calls", o.max_calls, "Calls at once; past it callers hear the busy tone")
        ->envname(variable({"SWITCHHOOK_MAX_CALLS", "MAX_CONCURRENT_CALLS"}))
        ->capture_default_str();
    limits->add_option("--max-connections", o.max_connections, "HTTP connections at once; past it 503")
        ->capture_default_str();
    limits
        ->add_option_function<unsigned>(
            "--reply-within-ms", [&o](const unsigned& ms) { o.reply_within = std::chrono::milliseconds(ms); },
            "Webhooks are answered within this time, with a pause if the flow is not ready; Twilio waits 15000")
        ->check(CLI::Range(100, 14'500))
        ->default_str("12000");
    limits
        ->add_option_function<unsigned>(
            "--drain-seconds", [&o](const unsigned& s) { o.drain = std::chrono::seconds(s); },
            "How long calls in progress may go on after SIGTERM")
        ->default_str("30");
    limits
        ->add_option_function<unsigned>(
            "--conversation-seconds", [&o](const unsigned& s) { o.conversation = std::chrono::seconds(s); },
            "How long a caller may talk with a model, then hears a goodbye; an agent's own time_limit comes first")
        ->envname("CALL_TIMEOUT_SECONDS")
        ->check(CLI::Range(1, 86'400))
        ->default_str("600");
    limits
        ->add_option_function<unsigned>(
            "--call-lifetime-seconds", [&o](const unsigned& s) { o.call_lifetime = std::chrono::seconds(s); },
            "A call that Twilio has not spoken of for so long is over")
        ->check(CLI::Range(60, 86'400))
        ->default_str("15000");
    limits
        ->add_option_function<unsigned>(
            "--promise-hours", [&o](const unsigned& h) { o.promise_time = std::chrono::hours(h); },
            "How long the engine tries to keep what a flow promised; see switchhook outbox")
        ->envname("SWITCHHOOK_PROMISE_HOURS")
        ->check(CLI::Range(1, 8'760))
        ->default_str("24");
    limits
        ->add_option_function<unsigned>(
            "--keep-calls-days", [&o](const unsigned& d) { o.keep_calls = std::chrono::days(d); },
            "How long calls that have ended are kept with their journals")
        ->envname("SWITCHHOOK_KEEP_CALLS_DAYS")
        ->check(CLI::Range(1, 3'650))
        ->default_str("30");
    limits
        ->add_option_function<unsigned>(
            "--flow-cpu-ms", [&o](const unsigned& ms) { o.limits.cpu_per_slice = std::chrono::milliseconds(ms); },
            "CPU time a flow may use before its next step")
        ->check(CLI::Range(1, 10'000))
        ->default_str("20");
    limits
        ->add_option_function<unsigned>(
            "--flow-memory-mib", [&o](const unsigned& mib) { o.limits.memory_bytes = std::size_t{mib} << 20; },
            "Memory a call's flow may use")
        ->check(CLI::Range(1, 1024))
        ->default_str("8");
    cli.footer(
        "Secrets come from the environment, or from a file .env in the working directory:\n"
        "  TWILIO_AUTH_TOKEN    checks webhooks and sends texts; several, separated by commas, while you rotate\n"
        "  OPENAI_API_KEY       lets callers talk with a model\n"
        "  SWITCHHOOK_KEY       opens the secret settings of numbers; see switchhook settings\n");
}

void read_secrets(ServeOptions& options) {
    for (auto& token : split_list(environment({"TWILIO_AUTH_TOKEN"})))
        options.twilio_auth_tokens.emplace_back(std::move(token));
    options.openai.api_key = core::Secret(environment({"OPENAI_API_KEY"}));
    options.key = key_from_environment();
    if (options.public_urls.empty())
        for (const auto& url : split_list(environment({"PUBLIC_URL", "TWILIO_WEBHOOK_URL", "PUBLIC_WEBHOOK_URL"})))
            options.public_urls.push_back(without_route(url));
}

}  // namespace switchhook::app
