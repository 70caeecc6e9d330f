#pragma once

#include "core/ask.hpp"
#include "core/outbox.hpp"
#include "core/vault.hpp"
#include "net/http_client.hpp"
#include "session/outbox_worker.hpp"
#include "session/services.hpp"
#include "twilio/rest_client.hpp"

namespace switchhook::session {

// The promise that an `http` or `sms` ask with `later` makes, and what keeps it. The payload is the ask's options, a
// text's with `from` filled in.
core::Promise promise_of(const core::Ask& ask, const Caller& caller);

// Makes web requests. Any status from 200 to 299 keeps the promise. Servers that are failing (5xx), busy (408, 425,
// 429) or not to be reached are tried again, when they said so; what they refuse otherwise will not get better.
// `client` outlives it.
OutboxWorker::Deliver deliver_http(const net::HttpClient& client, const core::Clock& clock, bool allow_private);

// Sends texts over Twilio's REST API. What Twilio refuses (4xx but 429) will not get better. Where nobody knows what
// came of an earlier attempt, Twilio is asked first whether it has the text. `client` is null without credentials, and
// outlives it.
OutboxWorker::Deliver deliver_texts(const twilio::RestClient* client);

// Opens what is sealed of a promise, and delivers it. What cannot be opened is tried again: the key may come back.
// `vault` outlives it.
OutboxWorker::Deliver opened(const core::Vault& vault, OutboxWorker::Deliver deliver);

}  // namespace switchhook::session
