#pragma once

#include "core/ask.hpp"
#include "core/call_info.hpp"
#include "core/clock.hpp"
#include "twilio/webhook.hpp"

namespace switchhook::twilio {

// What a voice webhook tells of its call. Settings are not Twilio's to know and stay empty.
core::CallInfo call_info(const Webhook& webhook, core::Time now);

// What a message's webhook tells of it: `message` is {body, media = [{url, type}]}.
core::CallInfo message_info(const Webhook& webhook, core::Time now);

// What the webhook that follows a verb says of it, in the form that engine/README.md gives for the ask's kind.
// A kind that Twilio says nothing of is answered with null.
core::Answer answer_to(const core::Ask& ask, const Webhook& webhook, core::Time now);

// The call that the webhook speaks of is over: its CallStatus is completed, busy, failed, no-answer or canceled.
bool has_ended(const Webhook& webhook);

}  // namespace switchhook::twilio
