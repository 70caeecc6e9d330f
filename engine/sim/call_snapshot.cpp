#include "sim/call_snapshot.hpp"

namespace switchhook::sim {
namespace {

using core::Json;

struct Waits {
    Json operator()(const Fetch&) const { return nullptr; }
    Json operator()(const Gathering& gathering) const {
        return {{"kind", "gather"}, {"digits", gathering.digits}, {"speech", gathering.speech}};
    }
    Json operator()(const Recording&) const { return {{"kind", "record"}}; }
    Json operator()(const Ringing& ringing) const {
        Json to = Json::array();
        for (const auto& callee : ringing.callees) to.push_back(callee.address);
        return {{"kind", "dial"}, {"to", to}};
    }
    Json operator()(const Bridged& bridged) const {
        return {{"kind", "bridge"}, {"to", Json::array({bridged.callee.address})}};
    }
    Json operator()(const Queued& queued) const { return {{"kind", "enqueue"}, {"name", queued.name}}; }
    Json operator()(const Streaming& streaming) const { return {{"kind", "stream"}, {"name", streaming.url}}; }
    Json operator()(const Referring& referring) const { return {{"kind", "refer"}, {"name", referring.address}}; }
    Json operator()(const Ended&) const { return nullptr; }
};

struct State {
    std::string operator()(const Fetch&) const { return "the carrier waits for a document"; }
    std::string operator()(const Gathering& gathering) const {
        if (!gathering.speech) return "the business waits for keys";
        return gathering.digits ? "the business waits for keys or speech" : "the business waits for speech";
    }
    std::string operator()(const Recording&) const { return "the business records the caller"; }
    std::string operator()(const Ringing& ringing) const {
        std::string text = "the caller is being put through to ";
        for (std::size_t i = 0; i < ringing.callees.size(); ++i) text += (i ? ", " : "") + ringing.callees[i].address;
        return text;
    }
    std::string operator()(const Bridged& bridged) const { return "the caller talks with " + bridged.callee.address; }
    std::string operator()(const Queued& queued) const { return "the caller waits in the queue " + queued.name; }
    std::string operator()(const Streaming& streaming) const { return "the caller is on the stream " + streaming.url; }
    std::string operator()(const Referring& referring) const {
        return "the caller is referred to " + referring.address;
    }
    std::string operator()(const Ended&) const { return "the call is over"; }
};

std::string ending(const std::string& over) {
    if (over == "flow") return "the business hung up";
    if (over == "caller") return "the caller hung up";
    if (over == "carrier") return "the carrier ended the call with an application error";
    return over.empty() ? "the call is over" : "the call was rejected (" + over + ")";
}

}  // namespace

Json snapshot(CarrierCall& call) {
    call.note_heard();
    const auto& need = call.player().need();
    bool ended = std::holds_alternative<Ended>(need);
    Json json{{"id", call.facts().sid},
              {"heard", call.heard()},
              {"whispered", call.whispered()},
              {"state", ended ? ending(call.over()) : std::visit(State{}, need)}};
    if (auto waits = std::visit(Waits{}, need); !waits.is_null()) json["waits"] = std::move(waits);
    for (const auto& item : call.streams().heard())
        if (item.cut) json["cuts"].push_back(static_cast<double>(item.heard.count()) / 1000);
    if (ended) json["over"] = call.over();
    return json;
}

}  // namespace switchhook::sim
