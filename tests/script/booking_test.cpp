// Many callers at once, and an engine that stops, on one book.
#include "script/flow_run.hpp"
#include "script/run_flow.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

using namespace switchhook;
using namespace switchhook::script;
using core::Json;

namespace {

// A business's `kv`, one operation at a time, as every store does them.
class Kept {
public:
    core::Answer perform(const core::Ask& ask) {
        const auto& options = ask.options;
        const std::string key = options.at("key"), op = options.at("op");
        auto found = values_.find(key);
        if (op == "get") return answer(found == values_.end() ? Json() : found->second);
        if (op == "increment")
            return answer(values_[key] = (found == values_.end() ? 0 : found->second.get<int>()) + 1);
        if (op == "compare_and_set") {
            auto expected = options.value("expected", Json());
            if (found == values_.end() ? !expected.is_null() : found->second != expected) return answer(false);
        }
        auto value = op == "delete" ? Json() : options.value("value", Json());
        if (value.is_null()) {
            values_.erase(key);
        } else {
            values_[key] = value;
        }
        return answer(op == "compare_and_set" ? Json(true) : Json());
    }

    std::size_t entries() const {
        auto day = values_.find("booking/main/day/2026-03-03");
        return day == values_.end() ? 0 : day->second.at("entries").size();
    }

    std::size_t keys() const { return values_.size(); }

private:
    static core::Answer answer(Json value) { return core::Answer::of(std::move(value), test_time()); }

    std::map<std::string, Json> values_;
};

// Books ten o'clock on Tuesday with one of two; replies with the id, or why not.
constexpr const char* salon = R"(
local salon = require("booking").calendar {
  opening = { zone = "America/New_York", week = { tuesday = "9-17" } },
  services = { haircut = { minutes = 60 } },
  staff = { ann = {}, ben = {} },
}
local wanted = { service = "haircut", at = 1772550000 }
return { on_message = function(message)
  if message.body == "book" then
    local visit, reason = salon:book(wanted, { phone = message.from })
    return visit and visit.id or reason
  elseif message.body == "hold" then
    local visit, reason = salon:hold(wanted)
    visit, reason = visit and salon:confirm(visit.id), reason
    return visit and visit.id or reason
  end
  local visit, reason = salon:reschedule(message.body, { service = "haircut", at = wanted.at + 3600, staff = "ann" })
  return visit and visit.id or reason
end })";

core::CallInfo message(const std::string& body) {
    auto info = test_call();
    info.message = {{"body", body}, {"media", Json::array()}};
    return info;
}

std::string reply_of(const Step& step) {
    if (auto* failed = std::get_if<Failed>(&step)) return failed->where + ": " + failed->what;
    return std::get<Finished>(step).value.get<std::string>();
}

// Lets callers run one ask at a time, in an order that the seed gives, and counts what they are told.
std::map<std::string, int> replies_of(const std::vector<std::string>& messages, unsigned seed, Kept& kept) {
    auto flow = compile_flow(salon);
    std::vector<FlowRun> runs;
    std::vector<Step> steps;
    for (const auto& body : messages) {
        runs.emplace_back(flow, Limits{});
        steps.push_back(runs.back().start("on_message", message(body)));
    }
    std::map<std::string, int> replies;
    std::mt19937 random(seed);
    std::vector<std::size_t> waiting(messages.size());
    for (std::size_t i = 0; i < waiting.size(); ++i) waiting[i] = i;
    while (!waiting.empty()) {
        auto at = random() % waiting.size();
        auto i = waiting[at];
        if (auto* ask = std::get_if<core::Ask>(&steps[i])) {
            auto answer = kept.perform(*ask);
            steps[i] = runs[i].resume(answer);
            continue;
        }
        ++replies[reply_of(steps[i])];
        waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(at));
    }
    return replies;
}

// Runs a message; the engine stops once, when the ask numbered `stop` is done and not yet journaled.
std::string reply_after_a_stop(const std::string& body, std::size_t stop, Kept& kept, bool& stopped) {
    auto flow = compile_flow(salon);
    std::vector<core::Answer> journal;
    auto run = std::make_unique<FlowRun>(flow, Limits{});
    auto step = run->start("on_message", message(body));
    while (auto* ask = std::get_if<core::Ask>(&step)) {
        auto answer = kept.perform(*ask);
        if (!stopped && journal.size() == stop) {
            stopped = true;
            run = std::make_unique<FlowRun>(flow, Limits{});
            step = run->start("on_message", message(body));
            for (const auto& each : journal) step = run->resume(each);
            continue;
        }
        journal.push_back(answer);
        step = run->resume(answer);
    }
    return reply_of(step);
}

}  // namespace

TEST(Booking, GivesTheLastTimesToAsManyAsThereAre) {
    on_worker([] {
        for (unsigned seed = 1; seed <= 60; ++seed) {
            Kept kept;
            auto replies = replies_of({"book", "hold", "book", "hold", "book", "book", "hold", "book"}, seed, kept);
            EXPECT_EQ(replies["taken"], 6) << "seed " << seed;
            EXPECT_EQ(replies.size(), 3U) << "seed " << seed;  // "taken", and two ids
            EXPECT_EQ(kept.entries(), 2U) << "seed " << seed;
        }
    });
}

TEST(Booking, MovesOneOfTwoWhoWantTheSameTime) {
    on_worker([] {
        for (unsigned seed = 1; seed <= 40; ++seed) {
            Kept kept;
            EXPECT_EQ(replies_of({"book"}, seed, kept)["1"], 1);
            EXPECT_EQ(replies_of({"book"}, seed, kept)["2"], 1);
            auto replies = replies_of({"1", "2", "book"}, seed, kept);
            EXPECT_EQ(replies["taken"] + replies["3"], 2) << "seed " << seed;
            EXPECT_EQ(replies["1"] + replies["2"], 1) << "seed " << seed;
            EXPECT_EQ(kept.entries(), 2U + static_cast<std::size_t>(replies["3"])) << "seed " << seed;
        }
    });
}

TEST(Booking, HappensOnceThoughTheEngineStopsAtAnyAsk) {
    on_worker([] {
        for (std::string body : {"book", "hold"}) {
            std::size_t stop = 0;
            for (bool stopped = true; stopped; ++stop) {
                Kept kept;
                stopped = false;
                auto reply = reply_after_a_stop(body, stop, kept, stopped);
                EXPECT_TRUE(reply == "1" || reply == "2") << body << ", " << stop << ": " << reply;
                EXPECT_EQ(kept.entries(), 1U) << body << ", " << stop;
            }
            EXPECT_GE(stop, 5U);
        }
    });
}
