#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace switchhook::core {

// First in, first out. For the queues that every call has several of and that are mostly empty: it takes no memory
// before it is used, where std::deque takes 576 bytes, and is a single block after that.
template <class T>
class Queue {
public:
    bool empty() const { return first_ == items_.size(); }
    std::size_t size() const { return items_.size() - first_; }

    void push(T item) { items_.push_back(std::move(item)); }

    // Takes the oldest one out. REQUIRES: not empty().
    T pop() {
        T item = std::move(items_[first_++]);
        if (empty()) {
            clear();
        } else if (first_ >= few && first_ >= items_.size() / 2) {
            items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(first_));
            first_ = 0;
        }
        return item;
    }

    void clear() {
        first_ = 0;
        items_.clear();
        if (items_.capacity() > few) items_.shrink_to_fit();
    }

private:
    static constexpr std::size_t few = 16;

    std::vector<T> items_;
    std::size_t first_ = 0;  // what comes before was taken
};

}  // namespace switchhook::core
