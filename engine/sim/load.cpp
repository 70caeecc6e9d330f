#include "sim/load.hpp"

#include "sim/call_params.hpp"
#include "sim/sids.hpp"
#include "sim/signing.hpp"
#include "sim/url.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <pugixml.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <vector>

namespace switchhook::sim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

// How long replies may be late once the last request was due.
constexpr std::chrono::seconds patience{10};

// A webhook with all but its CallSid put together: what is signed, and the body.
class Prepared {
public:
    Prepared(Params params) {
        std::sort(params.begin(), params.end());
        auto sid = std::find_if(params.begin(), params.end(), [](const auto& p) { return p.first == "CallSid"; });
        for (auto it = params.begin(); it != params.end(); ++it) {
            auto& data = it <= sid ? signed_before_ : signed_after_;
            data += it->first;
            if (it != sid) data += it->second;
        }
        if (sid != params.begin()) body_before_ = encode({params.begin(), sid}) + "&";
        body_before_ += "CallSid=";
        if (sid + 1 != params.end()) body_after_ = "&" + encode({sid + 1, params.end()});
    }

    // Appends the request as HTTP/1.1 bytes. `scratch` is for what is signed.
    void append(std::string& out, std::string& scratch, const std::string& origin, const std::string& target,
                const std::string& call_sid, const core::Secret& auth_token) const {
        scratch.assign(origin).append(target).append(signed_before_).append(call_sid).append(signed_after_);
        out.append("POST ").append(target).append(" HTTP/1.1\r\nHost: hook.example\r\nUser-Agent: TwilioProxy/1.1\r\n");
        out.append("Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nAccept: */*\r\n");
        out.append("X-Twilio-Signature: ").append(sign_data(auth_token, scratch)).append("\r\nContent-Length: ");
        out.append(std::to_string(body_before_.size() + call_sid.size() + body_after_.size())).append("\r\n\r\n");
        out.append(body_before_).append(call_sid).append(body_after_);
    }

private:
    std::string signed_before_, signed_after_;
    std::string body_before_, body_after_;
};

// A reply, parsed no further than needed. The views live until the next read.
struct RawReply {
    int status = 0;
    std::string_view body;
};

bool same_letter(char a, char b) {
    return (a | 0x20) == (b | 0x20);
}

// The length told in a header block, or nothing where there is none (chunked replies are not expected).
std::size_t content_length(std::string_view head) {
    constexpr std::string_view name = "\r\ncontent-length:";
    auto at = std::search(head.begin(), head.end(), name.begin(), name.end(),
                          [](char a, char b) { return a == b || (b >= 'a' && same_letter(a, b)); });
    if (at == head.end()) return 0;
    auto text = head.substr(static_cast<std::size_t>(at - head.begin()) + name.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    std::size_t length = 0;
    std::from_chars(text.data(), text.data() + text.size(), length);
    return length;
}

struct Call {
    std::string sid;
    std::string target;  // of its next webhook; empty once it is over
};

class Load {
public:
    explicit Load(const LoadOptions& options)
        : options_(options),
          gate_(io_, Clock::time_point::max()),
          deadline_(io_),
          sids_(options.seed),
          first_(call_params(facts(), "ringing")),
          next_(merge(call_params(facts(), "in-progress"), {{"Digits", options.digits}, {"msg", "Gather End"}})) {}

    LoadReport run() {
        for (std::size_t i = 0; i < options_.connections; ++i)
            asio::co_spawn(io_, connection(i), [this](std::exception_ptr error) {
                leave();
                if (error) fail("a connection broke off with an exception");
            });
        io_.run();
        report_.elapsed = std::max<Clock::duration>(options_.duration, last_reply_ - measure_from_);
        return std::move(report_);
    }

private:
    CallFacts facts() const { return {{}, options_.account_sid, options_.from, options_.to}; }

    void fail(std::string what) {
        if (report_.failures++ == 0) report_.first_failure = std::move(what);
    }

    // Holds everyone back until all are connected and have their calls; the measurement begins then.
    asio::awaitable<void> meet() {
        if (++ready_ < options_.connections) {
            co_await gate_.async_wait(quietly);
            co_return;
        }
        if (options_.on_start) options_.on_start();
        begin_ = Clock::now();
        measure_from_ = begin_ + options_.warm_up;
        end_ = measure_from_ + options_.duration;
        gate_.cancel();
        deadline_.expires_at(end_ + patience);
        deadline_.async_wait([this](boost::system::error_code error) {
            if (error) return;
            fail("replies are missing 10 s after the last request");
            io_.stop();
        });
    }

    void leave() {
        if (++left_ == options_.connections) deadline_.cancel();
    }

    Clock::time_point next_due() {
        if (options_.rate <= 0) return Clock::now();
        auto slot = static_cast<double>(slots_++) / options_.rate;
        return begin_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(slot));
    }

    asio::awaitable<void> connection(std::size_t index) {
        Connection self{*this, tcp::socket(io_)};
        auto [error] = co_await self.socket.async_connect({asio::ip::address_v4::loopback(), options_.port}, quietly);
        if (!error) self.socket.set_option(tcp::no_delay(true));
        bool open = !error;
        std::vector<Call> calls;
        if (options_.kind == LoadOptions::Kind::continuations) {
            auto share = options_.calls / options_.connections + (index < options_.calls % options_.connections);
            for (std::size_t i = 0; open && i < std::max<std::size_t>(share, 1); ++i) {
                calls.emplace_back();
                open = co_await start(self, calls.back());
            }
        }
        if (!open) fail("cannot connect, or the connection was closed at the start");
        co_await meet();

        asio::steady_timer timer(io_);
        auto last = options_.keys_per_call == 0 ? std::numeric_limits<std::size_t>::max()
                                                : options_.keys_per_call * calls.size();
        for (std::size_t turn = 0; open && turn < last; ++turn) {
            auto due = next_due();
            if (due >= end_) break;
            if (due > Clock::now()) {
                timer.expires_at(due);
                co_await timer.async_wait(quietly);
            }
            if (calls.empty())
                open = co_await new_call(self, due);
            else
                open = co_await go_on(self, calls[turn % calls.size()], due);
        }
    }

    struct Connection {
        Load& load;
        tcp::socket socket;
        std::string request, scratch;
        std::string buffer = std::string(32 * 1024, '\0');
    };

    asio::awaitable<bool> new_call(Connection& self, Clock::time_point due) {
        Call call;
        co_return co_await step(self, call, first_, options_.voice_path, due);
    }

    // Opens a call, outside of the measurement.
    asio::awaitable<bool> start(Connection& self, Call& call) {
        call.sid.clear();
        co_return co_await step(self, call, first_, options_.voice_path, Clock::time_point::min());
    }

    asio::awaitable<bool> go_on(Connection& self, Call& call, Clock::time_point due) {
        if (call.target.empty()) {
            bool open = co_await start(self, call);
            if (!open) co_return false;
            if (call.target.empty()) {
                fail("the call has no next step: its flow must gather again and again");
                co_return false;
            }
        }
        auto target = call.target;
        bool open = co_await step(self, call, next_, std::move(target), due);
        co_return open;
    }

    // One webhook and its reply. False where the connection is of no more use.
    asio::awaitable<bool> step(Connection& self, Call& call, const Prepared& webhook, std::string target,
                               Clock::time_point due) {
        if (call.sid.empty()) call.sid = sids_.make("CA");
        self.request.clear();
        webhook.append(self.request, self.scratch, options_.public_url, target, call.sid, options_.auth_token);
        auto reply = co_await exchange(self);
        auto now = Clock::now();
        if (reply.status == 0) {
            fail("the connection was closed in the middle of a request");
            co_return false;
        }
        judge(reply, target, call);
        if (due >= measure_from_ && measure_from_ != Clock::time_point{}) {
            ++report_.requests;
            report_.latency.add(now - due);
            last_reply_ = now;
        }
        co_return true;
    }

    // Sends the request and reads the reply to its end; status 0 where that fails.
    asio::awaitable<RawReply> exchange(Connection& self) {
        auto [write_error, written] = co_await asio::async_write(self.socket, asio::buffer(self.request), quietly);
        if (write_error) co_return RawReply{};
        std::size_t filled = 0, wanted = 0, head = 0;
        while (wanted == 0 || filled < wanted) {
            if (filled == self.buffer.size()) self.buffer.resize(self.buffer.size() * 2);
            auto space = asio::buffer(self.buffer.data() + filled, self.buffer.size() - filled);
            auto [error, size] = co_await self.socket.async_read_some(space, quietly);
            if (error) co_return RawReply{};
            filled += size;
            if (wanted != 0) continue;
            std::string_view read(self.buffer.data(), filled);
            auto end = read.find("\r\n\r\n");
            if (end == std::string_view::npos) continue;
            head = end + 4;
            wanted = head + content_length(read.substr(0, end));
        }
        RawReply reply;
        std::from_chars(self.buffer.data() + 9, self.buffer.data() + 12, reply.status);
        reply.body = std::string_view(self.buffer.data() + head, wanted - head);
        co_return reply;
    }

    void judge(const RawReply& reply, const std::string& target, Call& call) {
        call.target.clear();
        if (reply.status != 200) return fail(target + " answered " + std::to_string(reply.status));
        if (!options_.expected.empty() && reply.body.find(options_.expected) == std::string_view::npos)
            return fail(target + " answered without the expected text: " + std::string(reply.body));
        auto parsed = document_.load_buffer(reply.body.data(), reply.body.size(), pugi::parse_default);
        if (!parsed || std::string_view(document_.document_element().name()) != "Response")
            return fail(target + " answered with no TwiML: " + std::string(reply.body));
        if (options_.kind == LoadOptions::Kind::new_calls) return;
        auto verb = document_.find_node([](pugi::xml_node node) { return node.attribute("action") != nullptr; });
        if (!verb) return;
        auto url = resolve_url(options_.public_url + target, verb.attribute("action").value());
        if (url && url->starts_with(options_.public_url)) call.target = url->substr(options_.public_url.size());
    }

    LoadOptions options_;
    asio::io_context io_{1};
    asio::steady_timer gate_;
    asio::steady_timer deadline_;
    Sids sids_;
    Prepared first_;
    Prepared next_;
    pugi::xml_document document_;
    std::size_t ready_ = 0;
    std::size_t left_ = 0;
    std::uint64_t slots_ = 0;
    Clock::time_point begin_{}, measure_from_{}, end_{}, last_reply_{};
    LoadReport report_;
};

}  // namespace

LoadReport run_load(const LoadOptions& options) {
    return Load(options).run();
}

}  // namespace switchhook::sim
