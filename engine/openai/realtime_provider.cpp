#include "openai/realtime_provider.hpp"

#include "net/url.hpp"
#include "openai/realtime_link.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace switchhook::openai {
namespace {

using namespace std::chrono_literals;
using core::Json;

// A try is given up in time for others to follow.
constexpr auto connect_time = 3s;
constexpr std::size_t max_message = 16 * 1024 * 1024;  // bytes: a whole item may come in one
constexpr std::size_t max_backlog = 1024 * 1024;       // bytes: a model that reads no more is let go of
constexpr auto idle_time = 60s;

bool is_loopback(const net::Url& url) {
    if (url.host == "localhost") return true;
    boost::system::error_code error;
    auto address = boost::asio::ip::make_address(url.host, error);
    return !error && address.is_loopback();
}

std::string encoded(std::string_view text) {
    static constexpr char hex[] = "0123456789ABCDEF";
    std::string out;
    for (unsigned char c : text) {
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                     c == '.' || c == '_' || c == '~';
        if (plain)
            out += static_cast<char>(c);
        else
            (((out += '%') += hex[c >> 4]) += hex[c & 15]);
    }
    return out;
}

std::string problem_of(const std::string& variable, const std::string& text, const char* secure, const char* plain) {
    auto url = net::parse_url(text);
    if (!url || (url->scheme != secure && url->scheme != plain))
        return variable + " is an address as " + secure + "://api.openai.com/v1, not `" + text + "`";
    if (url->scheme == plain && !is_loopback(*url))
        return variable + " would send the key without TLS: " + plain + ":// works on loopback only, write " + secure +
               "://, not `" + text + "`";
    return {};
}

}  // namespace

std::string Account::realtime_endpoint() const {
    if (!realtime_url.empty()) return realtime_url;
    auto base = base_url;
    while (base.ends_with('/')) base.pop_back();
    if (base.starts_with("http")) base.replace(0, 4, "ws");
    return base + "/realtime";
}

std::string Account::problem() const {
    if (auto problem = problem_of("OPENAI_BASE_URL", base_url, "https", "http"); !problem.empty()) return problem;
    if (realtime_url.empty()) return {};
    return problem_of("OPENAI_REALTIME_URL", realtime_url, "wss", "ws");
}

std::unique_ptr<core::AgentPort> RealtimeProvider::open(const Json& settings, const core::CallInfo& info,
                                                        core::AudioFormat caller,
                                                        boost::asio::any_io_executor executor) {
    if (account_.api_key.empty())
        return std::make_unique<FailedLink>("not_configured", "conversations need OPENAI_API_KEY");
    if (auto problem = account_.problem(); !problem.empty())
        return std::make_unique<FailedLink>("not_configured", problem);
    try {
        auto read = read_settings(settings, caller);
        auto endpoint = account_.realtime_endpoint();
        RealtimeLink::Options options;
        options.call = info.id;
        options.request.url =
            endpoint + (endpoint.find('?') == endpoint.npos ? "?" : "&") + "model=" + encoded(read.model);
        options.request.headers.add("Authorization", "Bearer " + account_.api_key.reveal());
        options.request.headers.add("OpenAI-Safety-Identifier", safety_identifier(account_.api_key, info.from));
        options.request.timeout = connect_time;
        options.request.allow_private = true;  // the operator says where it is
        options.request.options = {.max_message = max_message, .max_backlog = max_backlog, .idle_time = idle_time};
        return std::make_unique<RealtimeLink>(std::move(options), std::move(read), client_, log_, std::move(executor));
    } catch (const Json::exception& error) {
        return std::make_unique<FailedLink>("refused", std::string("the settings of a conversation: ") + error.what());
    }
}

std::string safety_identifier(const core::Secret& api_key, const std::string& caller) {
    static constexpr char hex[] = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned length = 0;
    const auto& key = api_key.reveal();
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(caller.data()),
         caller.size(), digest.data(), &length);
    std::string out;
    for (unsigned i = 0; i < length; ++i) (out += hex[digest[i] >> 4]) += hex[digest[i] & 15];
    return out;
}

}  // namespace switchhook::openai
