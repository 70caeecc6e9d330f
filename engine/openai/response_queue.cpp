#include "openai/response_queue.hpp"

#include <algorithm>
#include <utility>

namespace switchhook::openai {

using core::Json;

void ResponseQueue::drop_replies() {
    std::erase_if(waiting_, [](const Request& request) { return request.purpose == Purpose::reply; });
}

bool ResponseQueue::wants_reply() const {
    return std::any_of(waiting_.begin(), waiting_.end(),
                       [](const Request& request) { return request.purpose == Purpose::reply; });
}

std::optional<ResponseQueue::Purpose> ResponseQueue::purpose() const {
    if (!current_) return std::nullopt;
    return current_->purpose;
}

std::optional<Json> ResponseQueue::next(Moment now) {
    if (state_ != State::idle || waiting_.empty() || waiting_.front().not_before > now) return std::nullopt;
    current_ = std::move(waiting_.front());
    waiting_.pop_front();
    state_ = State::create_requested;
    cancel_when_created_ = false;
    event_id_ = "response_" + std::to_string(++sent_);
    Json event{{"type", "response.create"}, {"event_id", event_id_}};
    if (!current_->response.is_null()) event["response"] = current_->response;
    return event;
}

std::optional<Moment> ResponseQueue::next_due() const {
    if (state_ != State::idle || waiting_.empty()) return std::nullopt;
    return waiting_.front().not_before;
}

std::optional<Json> ResponseQueue::created(std::string_view id) {
    active_ = id;
    state_ = State::active;
    if (!std::exchange(cancel_when_created_, false)) return std::nullopt;
    return cancel();
}

std::optional<ResponseQueue::Request> ResponseQueue::done(std::string_view id) {
    // A response that ends after its successor began is of no account.
    if (state_ == State::active || state_ == State::cancel_requested)
        if (!active_.empty() && !id.empty() && id != active_) return std::nullopt;
    if (state_ == State::create_requested) return std::nullopt;
    state_ = State::idle;
    active_.clear();
    event_id_.clear();
    return std::exchange(current_, std::nullopt);
}

std::optional<ResponseQueue::Request> ResponseQueue::refused(std::string_view event_id) {
    if (!current_ || event_id != event_id_) return std::nullopt;
    event_id_.clear();
    if (state_ == State::create_requested) state_ = State::idle;
    return std::exchange(current_, std::nullopt);
}

void ResponseQueue::retry(Request request, Moment not_before) {
    request.not_before = not_before;
    waiting_.push_front(std::move(request));
}

std::optional<Json> ResponseQueue::cancel() {
    if (state_ == State::create_requested) cancel_when_created_ = true;
    if (state_ != State::active) return std::nullopt;
    state_ = State::cancel_requested;
    return Json{{"type", "response.cancel"}, {"response_id", active_}};
}

void ResponseQueue::reset() {
    if (state_ == State::create_requested && current_) waiting_.push_front(std::move(*current_));
    state_ = State::idle;
    current_.reset();
    active_.clear();
    event_id_.clear();
    cancel_when_created_ = false;
}

}  // namespace switchhook::openai
