#include "bench/media_load.hpp"

#include "bench/caller_leg.hpp"
#include "bench/carrier_line.hpp"
#include "bench/model_leg.hpp"
#include "bench/server.hpp"
#include "sim/signing.hpp"

#include <pugixml.hpp>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace switchhook::bench {
namespace {

using namespace std::chrono_literals;

std::string call_sid(std::size_t index) {
    return fmt::format("CA{:032x}", index + 1);
}

std::string stream_sid(std::size_t index) {
    return fmt::format("MZ{:032x}", index + 1);
}

// What Twilio makes of `<Connect><Stream>`: an upgrade, then the messages before the first audio, one a line.
struct Stream {
    std::string head;
    std::string start;
};

Stream stream_of(const std::string& document, std::size_t index) {
    pugi::xml_document xml;
    xml.load_string(document.c_str());
    const auto stream = xml.select_node("/Response/Connect/Stream").node();
    const std::string url = stream.attribute("url").value();
    const auto path = url.find('/', url.find("://") + 3);
    if (!stream || path == std::string::npos) throw std::runtime_error("no <Stream> in " + document);
    Stream result;
    result.head = "GET " + url.substr(path) +
                  " HTTP/1.1\r\nHost: hook.example\r\nUser-Agent: Twilio.TmeWs/1.0\r\nConnection: Upgrade\r\n"
                  "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                  "X-Twilio-Signature: " +
                  sim::sign(core::Secret(auth_token), url) + "\r\n\r\n";
    auto parameters = core::Json::object();
    for (auto parameter : stream.children("Parameter"))
        parameters[parameter.attribute("name").value()] = parameter.attribute("value").value();
    const core::Json start{{"event", "start"},
                           {"sequenceNumber", "1"},
                           {"streamSid", stream_sid(index)},
                           {"start",
                            {{"accountSid", "AC00000000000000000000000000000000"},
                             {"streamSid", stream_sid(index)},
                             {"callSid", call_sid(index)},
                             {"tracks", {"inbound"}},
                             {"mediaFormat", {{"encoding", "audio/x-mulaw"}, {"sampleRate", 8000}, {"channels", 1}}},
                             {"customParameters", parameters}}}};
    result.start = R"({"event":"connected","protocol":"Call","version":"1.0.0"})" + ("\n" + start.dump());
    return result;
}

}  // namespace

struct MediaLoad::State : Readable {
    State(const ModelHabits& its_habits, const Tls* its_tls)
        : habits(its_habits), tls(its_tls), listener(listen_on_loopback()) {
        loop.watch(listener, *this);
    }
    ~State() override { ::close(listener); }

    // Someone connects to the model.
    void ready() override {
        const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) return;
        models.push_back(std::make_unique<ModelLeg>(
            loop, socket, habits, [this](const std::string& instructions) { return find(instructions); },
            static_cast<unsigned>(models.size()), tls));
    }

    void add_call(const Run& run) {
        calls.push_back(std::make_unique<MediaCall>(habits, results, calls.size()));
        if (run.from_the_first_frame) calls.back()->begin_to_measure();
    }

    MediaCall* find(const std::string& instructions) {
        for (std::size_t i = 0; i < calls.size(); ++i)
            if (instructions.ends_with(call_sid(i))) return calls[i].get();
        return nullptr;
    }

    void connect_caller(std::uint16_t port, std::size_t index, const Stream& stream) {
        callers.push_back(std::make_unique<CallerLeg>(loop, *calls[index], connect_to_loopback(port), stream.head,
                                                      stream.start, stream_sid(index), tls));
    }

    bool all_talk() const {
        return std::all_of(calls.begin(), calls.end(), [](auto& c) { return c->caller_streams && c->model_listens; });
    }

    const ModelHabits habits;
    const Tls* const tls;
    EventLoop loop;
    int listener;
    MediaResults results;
    std::vector<std::unique_ptr<MediaCall>> calls;
    std::vector<std::unique_ptr<CallerLeg>> callers;
    std::vector<std::unique_ptr<ModelLeg>> models;
};

MediaLoad::MediaLoad(const ModelHabits& habits, const Tls* tls) : state_(std::make_unique<State>(habits, tls)) {}

MediaLoad::~MediaLoad() = default;

std::uint16_t MediaLoad::model_port() const {
    return port_of(state_->listener);
}

const MediaResults& MediaLoad::through_engine(std::uint16_t port, const Run& run) {
    auto& state = *state_;
    for (std::size_t i = 0; i < run.calls; ++i) state.add_call(run);
    // The webhooks wait for their documents on a thread of their own, while the model answers here.
    std::mutex mutex;
    std::vector<std::pair<std::size_t, std::string>> documents;
    std::atomic<bool> others_may_call{false};
    auto let_others_call = [&] {
        others_may_call = true;
        others_may_call.notify_one();
    };
    auto webhooks = std::async(std::launch::async, [&] {
        CarrierLine line(port, state.tls != nullptr);
        for (std::size_t i = 0; i < run.calls; ++i) {
            auto document = line.begin(call_sid(i), menu_number);
            {
                std::lock_guard lock(mutex);
                documents.emplace_back(i, std::move(document));
            }
            others_may_call.wait(false);
        }
    });
    const auto give_up = steady_now() + 10s;
    while (!state.all_talk()) {
        state.loop.run_until(steady_now() + 500us);
        std::lock_guard lock(mutex);
        if (!documents.empty()) {
            state.connect_caller(port, documents.front().first,
                                 stream_of(documents.front().second, documents.front().first));
            documents.erase(documents.begin());
        }
        if (webhooks.valid() && webhooks.wait_for(0s) == std::future_status::ready) webhooks.get();
        if (!others_may_call && state.calls.front()->caller_streams && state.calls.front()->model_listens) {
            run.on_first();
            let_others_call();
        }
        if (steady_now() > give_up) {
            let_others_call();
            throw std::runtime_error("not all calls talk within ten seconds");
        }
    }
    return measure(run);
}

const MediaResults& MediaLoad::through_relay(std::uint16_t port, const Run& run) {
    auto& state = *state_;
    for (std::size_t i = 0; i < run.calls; ++i) {
        state.add_call(run);
        const core::Json hello{{"type", "hello"}, {"instructions", call_sid(i)}};
        state.connect_caller(port, i, {"", hello.dump()});
        state.loop.run_until(steady_now() + 1ms);
    }
    state.loop.run_until(steady_now() + 200ms);
    if (!state.all_talk()) throw std::runtime_error("the relay does not reach the model");
    return measure(run);
}

const MediaResults& MediaLoad::measure(const Run& run) {
    auto& state = *state_;
    state.loop.run_until(steady_now() + run.warm_up);
    if (!run.from_the_first_frame)
        for (auto& call : state.calls) call->begin_to_measure();
    run.on_start();
    state.loop.run_until(steady_now() + run.duration);
    run.on_end();
    for (auto& call : state.calls) call->talks = false;
    state.loop.run_until(steady_now() + 500ms);
    for (auto& call : state.calls) call->finish();
    return state.results;
}

}  // namespace switchhook::bench
