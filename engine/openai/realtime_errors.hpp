#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// What the Realtime API's failures mean for a conversation.
namespace switchhook::openai {

enum class Severity {
    fatal,    // no other try will do
    expired,  // the session has reached its hour: a new one takes over
    benign,   // a race that is lost now and then, or a request of ours that was in vain
};

// By the code of an `error` event.
Severity severity_of(std::string_view code);

// Whether another connection may fare better after this one was closed with this status (RFC 6455 §7.4), or refused
// with this HTTP status.
bool may_reconnect_after_close(std::uint16_t code);
bool may_reconnect_after_refusal(int http_status);

// OpenAI's code where there is one in the body of a refusal, else a word for the status.
std::string code_of_refusal(int http_status, std::string_view body);

// Words of the other side, fit for a log: keys are taken out ("sk-…"), and it is cut to 300 bytes.
std::string without_secrets(std::string_view text);

}  // namespace switchhook::openai
