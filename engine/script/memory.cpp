#include "script/memory.hpp"

#include <algorithm>

namespace switchhook::script {

bool MemoryCap::refuses(std::size_t growth) noexcept {
    if (limit_ == no_limit) return false;
    if (refuse_in_ > 0 && --refuse_in_ == 0) return true;
    return used_ > limit_ || growth > limit_ - used_;
}

void* MemoryCap::allocate(void* cap, void* block, std::size_t old_size, std::size_t new_size) noexcept {
    auto& self = *static_cast<MemoryCap*>(cap);
    if (block == nullptr) old_size = 0;  // Lua tells the kind of a new object here
    if (new_size == 0) {
        if (block != nullptr) self.arena_.free(block, old_size);
        self.used_ -= std::min(old_size, self.used_);
        return nullptr;
    }
    if (new_size > old_size && self.refuses(new_size - old_size)) {
        self.refused_ = true;
        return nullptr;
    }
    void* moved = block == nullptr ? self.arena_.allocate(new_size, self.slab_limit())
                                   : self.arena_.resize(block, old_size, new_size, self.slab_limit());
    if (moved == nullptr) {
        // Lua takes a shrink that fails for a bug; the block is still good as it is.
        if (new_size <= old_size) return block;
        self.refused_ = true;
        return nullptr;
    }
    self.used_ = self.used_ - old_size + new_size;
    return moved;
}

}  // namespace switchhook::script
