#pragma once

#include "core/json.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::openai {

// What was said in a conversation, in the order of its items and not in that of the news about them, which come late
// and crosswise: a caller's words often after the reply to them.
//
// It holds what the model is to remember: of the assistant's words those that the caller heard.
class ConversationRecord {
public:
    using Moment = std::chrono::steady_clock::time_point;

    // Items appear at their place: behind `previous`, at the end where that is not known.
    void place_caller(const std::string& id, std::string_view previous, Moment at);
    void place_assistant(const std::string& id, std::string_view previous, Moment at);
    // Words for the model that nobody said.
    void place_note(const std::string& id, std::string text, Moment at);
    void place_call(const std::string& id, std::string_view previous, Moment at);
    // Moves an item that is known already.
    void move(std::string_view id, std::string_view previous);
    bool knows(std::string_view id) const { return find(id) != nullptr; }

    void add_words(std::string_view id, std::string_view words);
    // All the words of an item, unless it was cut.
    void set_words(std::string_view id, std::string_view words);
    // The caller heard all of an item.
    void set_heard(std::string_view id);
    // The caller heard only this share (0 to 1) of an item.
    void cut(std::string_view id, double share);

    // A tool that the model called, with its arguments as JSON text.
    void set_call(std::string_view id, std::string call_id, std::string name, std::string arguments);
    void set_result(std::string_view call_id, std::string result);
    // The item that holds a call's result: others may come behind it.
    void set_result_item(std::string_view call_id, std::string item_id);

    // Items for a new session that is to know what this one knew, the latest `most` bytes of text. Calls that are not
    // answered yet are among them, and of what the caller has not heard only what `will_be_heard`.
    std::vector<core::Json> history(std::size_t most,
                                    const std::function<bool(const std::string&)>& will_be_heard) const;
    // One of them.
    core::Json item(std::string_view id) const;

    // See core::AgentPort::transcript. `heard_so_far` tells which share the caller has heard of an item that was not
    // yet heard to its end.
    core::Json transcript(Moment began, const std::function<double(const std::string&)>& heard_so_far) const;

private:
    enum class Kind { caller, assistant, note, call };
    struct Turn {
        Kind kind;
        std::string id;
        Moment at;
        std::string text;  // of a call: its arguments
        bool heard = false;
        bool was_cut = false;
        std::string call_id;
        std::string name;
        std::optional<std::string> result;
        std::string result_item;
    };

    const Turn* find(std::string_view id) const;
    Turn* find(std::string_view id);
    Turn* find_call(std::string_view call_id);
    void place(Turn turn, std::string_view previous);
    static void append_items(const Turn& turn, std::vector<core::Json>& out);
    static void append_line(const Turn& turn, Moment began, double share, core::Json& out);

    std::vector<Turn> turns_;
};

}  // namespace switchhook::openai
