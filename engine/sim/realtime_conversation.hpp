#pragma once

#include "core/json.hpp"
#include "sim/api_error.hpp"

#include <chrono>
#include <list>
#include <optional>
#include <string>

namespace switchhook::sim {

// The items of a Realtime session in their order, and the rules for those that a client adds.
class RealtimeConversation {
public:
    struct Item {
        core::Json json;                    // as it is shown
        std::chrono::milliseconds audio{};  // that is in it: the caller's, or what was made of the model's
    };

    // Where a client may not have it: an id that is taken, audio of the assistant's, an answer to no call.
    std::optional<ApiError> judge(const core::Json& item) const;

    // Behind `previous`; at the front for "root", at the end for "". Gives the id of the one before, or null.
    // REQUIRES: `previous` is one of these, or in the conversation.
    core::Json insert(core::Json item, const std::string& previous = {});
    Item* find(const std::string& id);
    const Item* find(const std::string& id) const;
    // The name of the tool that was called.
    std::string tool_of(const std::string& call_id) const;
    void erase(const std::string& id);
    // The id of the last one, or null.
    core::Json last() const;

    const std::list<Item>& items() const { return items_; }

    // Tokens of everything, as input: {"text": …, "audio": …}. A caller's 100 ms are one, an assistant's 50 ms.
    core::Json tokens() const;

private:
    std::list<Item> items_;
};

// About what a text costs.
long tokens_of(const std::string& text);

}  // namespace switchhook::sim
