#include "session/call_registry.hpp"

#include <algorithm>

namespace switchhook::session {
namespace {

// Longer than Twilio repeats a webhook.
constexpr std::chrono::minutes remembered{10};

template <class Map>
auto find_in(const Map& map, const std::string& key) {
    auto found = map.find(key);
    return found == map.end() ? typename Map::mapped_type() : found->second;
}

}  // namespace

std::shared_ptr<ActiveCall> CallRegistry::find_call(const std::string& sid) const {
    return find_in(calls_, sid);
}

std::shared_ptr<ActiveMessage> CallRegistry::find_message(const std::string& sid) const {
    return find_in(messages_, sid);
}

void CallRegistry::add(std::shared_ptr<ActiveCall> call) {
    auto sid = call->session.info().id;
    calls_.insert_or_assign(std::move(sid), std::move(call));
}

void CallRegistry::add(std::shared_ptr<ActiveMessage> message) {
    auto sid = message->session.info().id;
    messages_.emplace(std::move(sid), std::move(message));
}

void CallRegistry::remove(const ActiveCall& call, core::Time now) {
    const auto sid = call.session.info().id;
    if (!call.port.moved()) over_.emplace(sid, now);
    if (auto found = calls_.find(sid); found != calls_.end() && found->second.get() == &call) calls_.erase(found);
}

std::vector<std::shared_ptr<ActiveCall>> CallRegistry::sweep(core::Time now, Lifetime lifetime) {
    auto is_due = [&](const ActiveCall& call) {
        return !call.port.ended() && call.touched + (call.port.done() ? lifetime.done : lifetime.under_way) <= now;
    };
    std::vector<std::shared_ptr<ActiveCall>> due;
    for (const auto& [sid, call] : calls_)
        if (is_due(*call)) due.push_back(call);
    std::vector<std::shared_ptr<ActiveCall>> expired;
    for (const auto& call : due) {  // whose end may remove it from calls_
        if (call->port.done())
            call->port.end();
        else
            expired.push_back(call);
    }
    std::erase_if(messages_, [&](const auto& entry) {
        return entry.second->port.finished() && entry.second->touched + remembered <= now;
    });
    std::erase_if(over_, [&](const auto& entry) { return entry.second + remembered <= now; });
    return expired;
}

std::vector<std::shared_ptr<ActiveCall>> CallRegistry::quiet(core::Time now, std::chrono::milliseconds time) const {
    std::vector<std::shared_ptr<ActiveCall>> found;
    for (const auto& [sid, call] : calls_) {
        if (call->port.ended() || std::max(call->touched, call->looked_up) + time > now) continue;
        call->looked_up = now;
        found.push_back(call);
    }
    return found;
}

std::map<std::pair<std::string, std::string>, std::size_t> CallRegistry::count() const {
    std::map<std::pair<std::string, std::string>, std::size_t> counts;
    for (const auto& [sid, call] : calls_) ++counts[{call->session.info().to, call->session.flow().version()}];
    return counts;
}

}  // namespace switchhook::session
