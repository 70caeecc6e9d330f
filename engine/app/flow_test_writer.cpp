#include "app/flow_test_writer.hpp"

#include "app/call_script.hpp"
#include "app/call_time.hpp"
#include "app/lua_literal.hpp"
#include "app/made_up.hpp"
#include "app/rehearsal.hpp"
#include "script/flow_tester.hpp"
#include "script/time_zone.hpp"
#include "session/past_run.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace switchhook::app {
namespace {

using core::Json;

constexpr std::string_view flow_broke = "the flow broke at ";

struct Beginning {
    std::string at;
    std::string zone;
};

Beginning beginning_of(core::Time started, std::string zone) {
    auto epoch = std::chrono::floor<std::chrono::seconds>(started).time_since_epoch().count();
    auto local = script::zone_time(epoch, zone);
    // An hour that the clocks show twice is told in UTC.
    if (local) {
        auto back = script::zone_epoch(*local, zone);
        if (!back || *back != epoch) local = script::zone_time(epoch, zone = "UTC");
    }
    char text[40];
    std::snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d", local->year, local->month, local->day,
                  local->hour, local->minute, local->second);
    return {text, std::move(zone)};
}

class Writer {
public:
    Writer(const session::KeptCall& call, bool masked)
        : call_(call), flow_(*call.live->flow), past_(call, {}), made_up_(flow_.bundle(), !masked) {}

    WrittenTest write() && {
        if (past_.diverged()) {
            written_.problem = "run again, the flow asks something else than it did then: `switchhook replay " +
                               call_.record.info.id + "` tells what";
            return std::move(written_);
        }
        learn();
        auto rehearsal = rehearse(call_, past_.recording(), made_up_);
        session::Conversation::Said kept;
        for (const auto& [seq, said] : call_.past.conversations) kept.emplace(seq, made_up_.of(said));
        auto lines = script_of(rehearsal, kept, past_, flow_.fallback());
        write_head(rehearsal, lines.text(1).find("  assistant:") != std::string::npos);
        run(lines);
        if (!rehearsal.leads_away.empty())
            written_.problem = "with made-up names and numbers the flow does something else at " +
                               rehearsal.leads_away + ": the test ends there; --unmasked leaves them as they were";
        return std::move(written_);
    }

private:
    void learn() {
        const auto& info = call_.record.info;
        made_up_.look_at(info.from);
        made_up_.look_at(info.to);
        made_up_.look_at(info.settings);
        made_up_.look_at(info.caller);
        for (const auto& entry : call_.past.journal) made_up_.look_at(entry.answer.value);
        for (const auto& [seq, said] : call_.past.conversations) made_up_.look_at(said);
        for (const auto& handler : past_.recording().handlers)
            for (const auto& [ask, answer] : handler.asked)
                if (ask.kind == "collect_digits") made_up_.add_pin(digits_of(answer));
    }

    static std::string digits_of(const std::string& answer) {
        const auto value = script::answer_of(answer).value;
        return value.is_object() ? value.value("digits", "") : "";
    }

    void write_head(const Rehearsal& rehearsal, bool has_assistant) {
        auto [at, zone] = beginning_of(rehearsal.info.started, zone_of(flow_, call_.record.info.settings));
        Json options{{"from", rehearsal.info.from}, {"to", rehearsal.info.to}, {"at", at}, {"zone", zone}};
        if (!rehearsal.own_settings.empty()) options["settings"] = rehearsal.own_settings;
        if (!rehearsal.info.caller.empty()) options["caller"] = rehearsal.info.caller;
        head_ = "-- A call as it went, recorded with `switchhook record`.\nlocal it = test.flow(" +
                lua_string(flow_.name()) + ")\n\nit(" +
                lua_string("goes as it did on " + at.substr(0, 10) + " at " + at.substr(11)) + ", " +
                lua_literal(options, 0) + ", function(caller" + (has_assistant ? ", assistant" : "") + ")\n";
    }

    // Runs the test until it passes, with what it must not expect left out.
    void run(TestLines& lines) {
        const auto first = 1 + static_cast<std::size_t>(std::count(head_.begin(), head_.end(), '\n'));
        for (;;) {
            written_.text = head_ + lines.text(first) + "end)\n";
            auto failure = run_once();
            if (failure.empty()) return;
            auto line = line_of(failure);
            if (auto broke = failure.find(flow_broke); line && broke != std::string::npos) {
                // What comes behind it cannot be tried.
                lines.leave_out_behind(*line);
                written_.text = head_ + lines.text(first) + "end)\n";
                written_.breaks = failure.substr(broke + flow_broke.size());
                return;
            }
            if (line && lines.relax(*line)) continue;
            written_.problem = failure;
            return;
        }
    }

    std::string run_once() const {
        auto results = script::FlowTester::run({path(), written_.text}, call_.live->flow, {});
        return results.empty() ? "there is no test in it" : results.front().failure;
    }

    std::optional<std::size_t> line_of(const std::string& failure) const {
        const auto prefix = path() + ":";
        if (!failure.starts_with(prefix)) return std::nullopt;
        return std::strtoul(failure.c_str() + prefix.size(), nullptr, 10);
    }

    std::string path() const { return flow_.name() + "/flow_test.lua"; }

    const session::KeptCall& call_;
    const script::Flow& flow_;
    session::PastRun past_;
    MadeUp made_up_;
    std::string head_;
    WrittenTest written_;
};

}  // namespace

WrittenTest write_flow_test(const session::KeptCall& call, bool masked) {
    return Writer(call, masked).write();
}

}  // namespace switchhook::app
