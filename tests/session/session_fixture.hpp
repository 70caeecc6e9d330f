#pragma once

#include "awaited.hpp"
#include "script/run_flow.hpp"
#include "session/flow_session.hpp"
#include "session/services.hpp"
#include "store/memory_store.hpp"

#include <atomic>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace switchhook::session {

// A clock that any thread may read while a test moves it.
class SharedClock final : public core::Clock {
public:
    core::Time now() const override { return core::Time(std::chrono::milliseconds(now_.load())); }
    void advance(std::chrono::milliseconds by) { now_ += by.count(); }

private:
    std::atomic<std::int64_t> now_{script::test_time().time_since_epoch().count()};
};

// What was logged, one line each. Any thread may write.
class LogLines {
public:
    core::Log log{{}, [this](std::string_view line) {
                      std::lock_guard lock(mutex_);
                      text_ += std::string(line) + "\n";
                  }};

    std::string text() const {
        std::lock_guard lock(mutex_);
        return text_;
    }

private:
    mutable std::mutex mutex_;
    std::string text_;
};

// Keeps what is texted, and answers as it is told.
class RecordedTexts final : public TextSender {
public:
    explicit RecordedTexts(const core::Clock& clock) : clock_(clock) {}

    boost::asio::awaitable<core::Answer> send(OutgoingText text) override {
        sent.push_back(std::move(text));
        if (!reason.empty()) co_return core::Answer::nothing(reason, clock_.now());
        co_return core::Answer::of({{"sid", "SM1"}, {"status", "queued"}}, clock_.now());
    }

    std::vector<OutgoingText> sent;
    std::string reason;

private:
    const core::Clock& clock_;
};

// A store whose journal can be made to fail, and that counts what it keeps.
class BrittleStore final : public core::Store {
public:
    explicit BrittleStore(const core::Clock& clock) : kept_(clock) {}

    std::uint32_t fails_from_seq = std::numeric_limits<std::uint32_t>::max();
    bool takes_calls = true;
    std::vector<core::JournalEntry> appended;
    std::vector<std::string> forgotten;

    Awaitable<void> append(core::JournalEntry entry) override {
        if (entry.seq >= fails_from_seq) co_return core::Error(core::Errc::unavailable);
        appended.push_back(entry);
        co_return co_await kept_.append(std::move(entry));
    }
    Awaitable<std::vector<core::JournalEntry>> journal(std::string call) override { return kept_.journal(call); }
    Awaitable<void> open_call(core::CallRecord call) override {
        if (!takes_calls) co_return core::Error(core::Errc::unavailable);
        co_return co_await kept_.open_call(std::move(call));
    }
    Awaitable<std::optional<core::CallRecord>> find_call(std::string id) override { return kept_.find_call(id); }
    Awaitable<std::vector<core::CallRecord>> calls(core::CallFilter filter) override { return kept_.calls(filter); }
    Awaitable<void> close_call(std::string id, core::Time ended, std::string status) override {
        return kept_.close_call(id, ended, status);
    }
    Awaitable<void> keep_conversation(std::string call, std::uint32_t seq, core::Json transcript) override {
        return kept_.keep_conversation(call, seq, transcript);
    }
    Awaitable<std::map<std::uint32_t, core::Json>> conversations(std::string call) override {
        return kept_.conversations(call);
    }
    Awaitable<void> keep_version(std::string flow, std::string version, core::Json sources) override {
        return kept_.keep_version(flow, version, sources);
    }
    Awaitable<std::optional<core::Json>> find_version(std::string flow, std::string version) override {
        return kept_.find_version(flow, version);
    }
    Awaitable<void> forget(std::string call) override {
        forgotten.push_back(call);
        return kept_.forget(call);
    }
    Awaitable<std::size_t> prune(core::Time before, std::size_t most) override { return kept_.prune(before, most); }
    Awaitable<std::optional<core::Json>> get(std::string business, std::string key) override {
        return kept_.get(business, key);
    }
    Awaitable<void> set(std::string business, std::string key, core::Json value,
                        std::optional<std::chrono::milliseconds> lifetime) override {
        return kept_.set(business, key, value, lifetime);
    }
    Awaitable<void> exchange(std::string business, std::string key, core::Exchange exchange) override {
        return kept_.exchange(business, key, exchange);
    }
    Awaitable<std::optional<core::Json>> find_outcome(std::string business, std::string call,
                                                      std::uint32_t seq) override {
        return kept_.find_outcome(business, call, seq);
    }
    Awaitable<void> remove(std::string business, std::string key) override { return kept_.remove(business, key); }

private:
    store::MemoryStore kept_;
};

// A caller who does what a test wrote down. An answer is taken for every ask that does not only speak; once there is
// none left, the caller has hung up.
class ScriptedPort final : public core::CallPort {
public:
    explicit ScriptedPort(const core::Clock& clock) : clock_(clock) {}

    std::deque<core::Answer> answers;
    std::vector<core::Ask> asks;
    bool finished = false;
    std::string throws_at;  // the kind of ask that is performed by throwing

    boost::asio::awaitable<core::Answer> perform(const core::Ask& ask) override {
        if (ask.kind == throws_at) throw std::runtime_error("a bug");
        bool speaks = ask.kind == "say" || ask.kind == "play" || ask.kind == "pause" || ask.kind == "reply";
        if (!ended_) asks.push_back(ask);
        if (speaks || ask.kind == "hangup" || ask.kind == "redirect" || ask.kind == "reject")
            co_return core::Answer::of(nullptr, clock_.now());
        if (!ended_ && !answers.empty()) {
            auto answer = answers.front();
            answers.pop_front();
            co_return answer;
        }
        ended_ = true;
        co_return core::Answer::nothing("hung_up", clock_.now());
    }
    void finish() override {
        finished = true;
        ended_ = true;
    }
    bool ended() const override { return ended_; }
    boost::asio::awaitable<void> over() override { co_return; }

    // The asks in short: "say Hello", "gather", "dial +15550100".
    std::vector<std::string> heard() const {
        std::vector<std::string> all;
        for (const auto& ask : asks) {
            auto text = ask.options.value("text", ask.options.value("body", ""));
            if (ask.kind == "dial") text = ask.options["to"][0].value("number", "");
            all.push_back(text.empty() ? ask.kind : ask.kind + " " + text);
        }
        return all;
    }

private:
    const core::Clock& clock_;
    bool ended_ = false;
};

inline std::shared_ptr<const script::Live> live_flow(const std::string& text) {
    auto live = std::make_shared<script::Live>();
    live->flow = script::compile_flow(text);
    live->settings = live->flow->settings();
    return live;
}

// Everything that a session works with.
struct World {
    boost::asio::io_context context;
    SharedClock clock;
    LogLines lines;
    core::Metrics metrics;
    BrittleStore store{clock};
    RecordedTexts texts{clock};
    net::HttpClient client;
    Services services{{}, client, texts, store, clock, lines.log};
    ScriptedPort port{clock};

    Surroundings surroundings() { return {services, store, clock, lines.log, metrics, {}}; }
    core::Answer of(core::Json value) const { return core::Answer::of(std::move(value), clock.now()); }
    core::Answer nothing(const char* reason) const { return core::Answer::nothing(reason, clock.now()); }

    // What a business's key holds; null if nothing.
    core::Json kept(const std::string& key) {
        auto value = tests::run(context, store.get("test", key));
        return value && *value ? **value : core::Json();
    }
};

}  // namespace switchhook::session
