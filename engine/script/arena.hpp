#pragma once

#include <array>
#include <cstddef>

namespace switchhook::script {

// The memory of one Lua state. Small blocks are cut from slabs, without a header, and come back to a list for their
// size; large ones are malloc's. All of it is freed at once with the arena, so no state needs to free block by block.
//
// Slabs never shrink, and free blocks never grow together again: `slab_bytes_at_most` bounds what that can waste.
class Arena {
public:
    Arena() = default;
    ~Arena();
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    // `size` > 0. Aligned to 8 bytes; null if there is no memory.
    void* allocate(std::size_t size, std::size_t slab_bytes_at_most) noexcept;

    // `size` is what was allocated. A smaller one is safe: the rest is then lost until the arena goes.
    void free(void* block, std::size_t size) noexcept;

    // Moves a block with what is in it; null, with the block as it was, if there is no memory.
    void* resize(void* block, std::size_t old_size, std::size_t new_size, std::size_t slab_bytes_at_most) noexcept;

private:
    static constexpr std::size_t unit = 8;
    static constexpr std::size_t largest_small = 512;

    // What stands at the head of a free block, a slab, a large block.
    struct Free {
        Free* next;
    };
    struct Slab {
        Slab* next;
    };
    struct Large {
        Large* next;
        Large** here;  // what points to this one
    };

    static std::size_t rounded(std::size_t size) { return (size + unit - 1) / unit * unit; }
    Free*& free_of(std::size_t rounded_size) { return free_[rounded_size / unit - 1]; }

    void* split_larger(std::size_t rounded_size) noexcept;
    bool add_slab(std::size_t bytes_at_most) noexcept;
    void* link(Large* large) noexcept;
    static Large* unlink(void* block) noexcept;

    std::array<Free*, largest_small / unit> free_{};
    char* next_ = nullptr;  // what is left of the newest slab
    char* end_ = nullptr;
    Slab* slabs_ = nullptr;
    Large* large_ = nullptr;
    std::size_t slab_bytes_ = 0;
};

}  // namespace switchhook::script
