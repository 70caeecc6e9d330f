#include "script/arena.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace switchhook::script {
namespace {

constexpr std::size_t least_slab = 4096;
constexpr std::size_t largest_slab = 65536;
constexpr std::size_t malloc_header = 16;  // slabs and their headers fill whole pages

}  // namespace

Arena::~Arena() {
    while (slabs_ != nullptr) std::free(std::exchange(slabs_, slabs_->next));
    while (large_ != nullptr) std::free(std::exchange(large_, large_->next));
}

// The step grows with what there is: a call that waits should not hold much more than it needs.
bool Arena::add_slab(std::size_t bytes_at_most) noexcept {
    auto step = std::clamp(slab_bytes_ / 8 / least_slab * least_slab, least_slab, largest_slab);
    if (slab_bytes_ + step > bytes_at_most) return false;
    auto* slab = static_cast<Slab*>(std::malloc(step - malloc_header));
    if (slab == nullptr) return false;
    if (next_ < end_) free(next_, static_cast<std::size_t>(end_ - next_));
    slab->next = slabs_;
    slabs_ = slab;
    slab_bytes_ += step;
    next_ = reinterpret_cast<char*>(slab + 1);
    end_ = reinterpret_cast<char*>(slab) + step - malloc_header;
    return true;
}

void* Arena::link(Large* large) noexcept {
    large->next = large_;
    large->here = &large_;
    if (large_ != nullptr) large_->here = &large->next;
    large_ = large;
    return large + 1;
}

Arena::Large* Arena::unlink(void* block) noexcept {
    auto* large = static_cast<Large*>(block) - 1;
    *large->here = large->next;
    if (large->next != nullptr) large->next->here = large->here;
    return large;
}

void* Arena::split_larger(std::size_t rounded_size) noexcept {
    for (auto larger = rounded_size + unit; larger <= largest_small; larger += unit) {
        auto*& first = free_of(larger);
        if (first == nullptr) continue;
        char* block = reinterpret_cast<char*>(std::exchange(first, first->next));
        free(block + rounded_size, larger - rounded_size);
        return block;
    }
    return nullptr;
}

void* Arena::allocate(std::size_t size, std::size_t slab_bytes_at_most) noexcept {
    if (size > largest_small) {
        auto* large = static_cast<Large*>(std::malloc(sizeof(Large) + size));
        return large == nullptr ? nullptr : link(large);
    }
    size = rounded(size);
    if (auto*& first = free_of(size)) return std::exchange(first, first->next);
    if (static_cast<std::size_t>(end_ - next_) < size) {
        if (void* block = split_larger(size)) return block;
        if (!add_slab(slab_bytes_at_most)) return nullptr;
    }
    return std::exchange(next_, next_ + size);
}

void Arena::free(void* block, std::size_t size) noexcept {
    if (size > largest_small) return std::free(unlink(block));
    auto*& first = free_of(rounded(size));
    auto* freed = static_cast<Free*>(block);
    freed->next = first;
    first = freed;
}

void* Arena::resize(void* block, std::size_t old_size, std::size_t new_size, std::size_t slab_bytes_at_most) noexcept {
    bool was_large = old_size > largest_small, is_large = new_size > largest_small;
    if (!was_large && !is_large && rounded(old_size) == rounded(new_size)) return block;
    if (was_large && is_large) {
        auto* large = unlink(block);
        auto* grown = static_cast<Large*>(std::realloc(large, sizeof(Large) + new_size));
        if (grown == nullptr) link(large);
        return grown == nullptr ? nullptr : link(grown);
    }
    auto* moved = allocate(new_size, slab_bytes_at_most);
    if (moved == nullptr) return nullptr;
    std::memcpy(moved, block, std::min(old_size, new_size));
    free(block, old_size);
    return moved;
}

}  // namespace switchhook::script
