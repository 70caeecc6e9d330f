#include "openai/conversation_record.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace switchhook::openai {
namespace {

using core::Json;

// The beginning of a text: as many of its words as its share says.
std::string beginning(const std::string& text, double share) {
    if (share >= 1) return text;
    auto end = static_cast<std::size_t>(static_cast<double>(text.size()) * std::max(share, 0.0));
    if (end >= text.size()) return text;
    // A word that was begun was not heard.
    if (text[end] != ' ') end = text.rfind(' ', end);
    return end == text.npos ? std::string() : text.substr(0, end);
}

Json message(const char* role, const char* type, const std::string& id, const std::string& text) {
    return {{"id", id}, {"type", "message"}, {"role", role}, {"content", {{{"type", type}, {"text", text}}}}};
}

double tenths(std::chrono::steady_clock::duration time) {
    return std::round(std::chrono::duration<double>(time).count() * 10) / 10;
}

}  // namespace

const ConversationRecord::Turn* ConversationRecord::find(std::string_view id) const {
    auto found = std::find_if(turns_.rbegin(), turns_.rend(), [&](const Turn& turn) { return turn.id == id; });
    return found == turns_.rend() ? nullptr : &*found;
}

ConversationRecord::Turn* ConversationRecord::find(std::string_view id) {
    return const_cast<Turn*>(std::as_const(*this).find(id));
}

ConversationRecord::Turn* ConversationRecord::find_call(std::string_view call_id) {
    auto found = std::find_if(turns_.rbegin(), turns_.rend(),
                              [&](const Turn& turn) { return turn.kind == Kind::call && turn.call_id == call_id; });
    return found == turns_.rend() ? nullptr : &*found;
}

void ConversationRecord::place(Turn turn, std::string_view previous) {
    if (turn.id.empty() || find(turn.id)) return move(turn.id, previous);
    auto id = turn.id;
    turns_.push_back(std::move(turn));
    move(id, previous);
}

void ConversationRecord::move(std::string_view id, std::string_view previous) {
    if (previous.empty() || previous == id) return;
    auto at = [&](std::string_view wanted) {
        return std::find_if(turns_.begin(), turns_.end(), [&](const Turn& turn) {
            return turn.id == wanted || (!turn.result_item.empty() && turn.result_item == wanted);
        });
    };
    auto moved = at(id);
    auto before = at(previous);
    if (moved == turns_.end() || before == turns_.end() || moved == before) return;
    if (before < moved)
        std::rotate(before + 1, moved, moved + 1);
    else
        std::rotate(moved, moved + 1, before + 1);
}

void ConversationRecord::place_caller(const std::string& id, std::string_view previous, Moment at) {
    place({Kind::caller, id, at}, previous);
}

void ConversationRecord::place_assistant(const std::string& id, std::string_view previous, Moment at) {
    place({Kind::assistant, id, at}, previous);
}

void ConversationRecord::place_note(const std::string& id, std::string text, Moment at) {
    place({Kind::note, id, at, std::move(text)}, {});
}

void ConversationRecord::place_call(const std::string& id, std::string_view previous, Moment at) {
    place({Kind::call, id, at}, previous);
}

void ConversationRecord::add_words(std::string_view id, std::string_view words) {
    if (auto* turn = find(id); turn && !turn->was_cut) turn->text += words;
}

void ConversationRecord::set_words(std::string_view id, std::string_view words) {
    if (auto* turn = find(id); turn && !turn->was_cut) turn->text = words;
}

void ConversationRecord::set_heard(std::string_view id) {
    if (auto* turn = find(id)) turn->heard = true;
}

void ConversationRecord::cut(std::string_view id, double share) {
    auto* turn = find(id);
    if (!turn || turn->was_cut) return;
    turn->text = beginning(turn->text, share);
    turn->was_cut = true;
}

void ConversationRecord::set_call(std::string_view id, std::string call_id, std::string name, std::string arguments) {
    auto* turn = find(id);
    if (!turn) return;
    turn->call_id = std::move(call_id);
    turn->name = std::move(name);
    turn->text = std::move(arguments);
}

void ConversationRecord::set_result(std::string_view call_id, std::string result) {
    if (auto* turn = find_call(call_id)) turn->result = std::move(result);
}

void ConversationRecord::set_result_item(std::string_view call_id, std::string item_id) {
    if (auto* turn = find_call(call_id)) turn->result_item = std::move(item_id);
}

void ConversationRecord::append_items(const Turn& turn, std::vector<Json>& out) {
    if (turn.kind == Kind::call) {
        if (turn.name.empty()) return;
        out.push_back({{"id", turn.id},
                       {"type", "function_call"},
                       {"call_id", turn.call_id},
                       {"name", turn.name},
                       {"arguments", turn.text}});
        if (turn.result)
            out.push_back({{"type", "function_call_output"}, {"call_id", turn.call_id}, {"output", *turn.result}});
        return;
    }
    if (turn.text.empty()) return;
    if (turn.kind == Kind::assistant)
        out.push_back(message("assistant", "output_text", turn.id, turn.text));
    else
        out.push_back(message(turn.kind == Kind::caller ? "user" : "system", "input_text", turn.id, turn.text));
}

std::vector<Json> ConversationRecord::history(std::size_t most,
                                              const std::function<bool(const std::string&)>& will_be_heard) const {
    auto first = turns_.end();
    for (std::size_t bytes = 0; first != turns_.begin(); --first) {
        const auto& turn = *(first - 1);
        bytes += turn.text.size() + turn.result.value_or("").size();
        if (bytes > most) break;
    }
    std::vector<Json> out;
    for (; first != turns_.end(); ++first)
        if (first->kind != Kind::assistant || first->heard || first->was_cut || will_be_heard(first->id))
            append_items(*first, out);
    return out;
}

Json ConversationRecord::item(std::string_view id) const {
    std::vector<Json> out;
    if (const auto* turn = find(id)) append_items(*turn, out);
    return out.empty() ? Json() : std::move(out.front());
}

Json ConversationRecord::transcript(Moment began, const std::function<double(const std::string&)>& heard_so_far) const {
    auto out = Json::array();
    for (const auto& turn : turns_) {
        bool whole = turn.kind != Kind::assistant || turn.heard || turn.was_cut;
        append_line(turn, began, whole ? 1 : heard_so_far(turn.id), out);
    }
    return out;
}

void ConversationRecord::append_line(const Turn& turn, Moment began, double share, Json& out) {
    auto at = tenths(std::max(turn.at - began, Moment::duration::zero()));
    if (turn.kind == Kind::call) {
        if (turn.name.empty()) return;
        out.push_back({{"tool", turn.name}, {"arguments", turn.text}, {"at", at}});
        if (turn.result) out.back()["result"] = *turn.result;
        return;
    }
    if (turn.kind == Kind::note) return;
    auto text = beginning(turn.text, share);
    if (text.empty()) return;
    out.push_back({{"who", turn.kind == Kind::caller ? "caller" : "assistant"}, {"text", std::move(text)}, {"at", at}});
}

}  // namespace switchhook::openai
