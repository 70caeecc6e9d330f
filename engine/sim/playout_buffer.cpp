#include "sim/playout_buffer.hpp"

#include <algorithm>
#include <utility>

namespace switchhook::sim {

using std::chrono::milliseconds;

namespace {

constexpr std::size_t bytes_per_ms = 8;

milliseconds time_of(std::size_t bytes) {
    return milliseconds(bytes / bytes_per_ms);
}

std::size_t bytes_of(milliseconds time) {
    return static_cast<std::size_t>(time.count()) * bytes_per_ms;
}

}  // namespace

void PlayoutBuffer::advance(milliseconds now) {
    while (next_ <= now) {
        now_ = next_;
        next_frame();
    }
    now_ = std::max(now_, now);
}

void PlayoutBuffer::next_frame() {
    // The frame before has been heard to its end.
    if (playing_ > 0) spurts_.back().heard += time_of(playing_);
    while (!marks_.empty() && marks_.front().after <= played_) {
        returned_.push_back(std::move(marks_.front().name));
        marks_.pop_front();
    }
    bool spoke = playing_ > 0;
    if (spoke && (waiting() == 0 || cut_)) end_spurt(cut_);
    cut_ = false;

    playing_ = std::min(waiting(), frame_bytes);
    if (playing_ > 0 && (spurts_.empty() || spurts_.back().over)) spurts_.push_back({.begins = next_});
    recording_.append(queue_, taken_, playing_).append(frame_bytes - playing_, silence);
    taken_ += playing_;
    if (taken_ > queue_.size() / 2) {
        queue_.erase(0, taken_);
        taken_ = 0;
    }
    played_ += playing_;
    next_ += frame_time;
}

void PlayoutBuffer::end_spurt(bool cut) {
    spurts_.back().cut = cut;
    spurts_.back().over = true;
    ended_ = next_;
}

bool PlayoutBuffer::play(std::string_view mulaw) {
    auto room = bytes_of(most_queued) - waiting();
    queue_.append(mulaw.substr(0, room));
    return mulaw.size() <= room;
}

void PlayoutBuffer::mark(std::string name) {
    if (playing())
        marks_.push_back({std::move(name), played_ + waiting()});
    else
        returned_.push_back(std::move(name));
}

void PlayoutBuffer::clear() {
    cut_ = cut_ || (playing_ > 0 && waiting() > 0);
    clears_.push_back({heard(), time_of(played_)});
    queue_.clear();
    taken_ = 0;
    for (auto& mark : marks_) returned_.push_back(std::move(mark.name));
    marks_.clear();
}

std::vector<std::string> PlayoutBuffer::take_marks() {
    return std::exchange(returned_, {});
}

milliseconds PlayoutBuffer::heard() const {
    auto into_frame = bytes_of(now_ - (next_ - frame_time));
    return time_of(played_ - playing_ + std::min(playing_, into_frame));
}

milliseconds PlayoutBuffer::queued() const {
    auto into_frame = bytes_of(now_ - (next_ - frame_time));
    return time_of(waiting() + playing_ - std::min(playing_, into_frame));
}

std::vector<PlayoutBuffer::Spurt> PlayoutBuffer::spurts() const {
    auto spurts = spurts_;
    if (playing_ > 0) spurts.back().heard += std::min(time_of(playing_), now_ - (next_ - frame_time));
    return spurts;
}

}  // namespace switchhook::sim
