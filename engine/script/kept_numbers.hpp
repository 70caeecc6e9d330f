#pragma once

#include "script/flow.hpp"

#include <filesystem>
#include <optional>

namespace switchhook::script {

// The last numbers.lua that nothing was wrong with, as it is kept for the next start: an engine that starts while
// somebody's mistake is in the file answers as it did before. Flows need no such copy, their versions are in the store.
class KeptNumbers {
public:
    // An empty path keeps nothing.
    explicit KeptNumbers(std::filesystem::path file) : file_(std::move(file)) {}

    // Nothing where there is none.
    std::optional<Source> read() const;
    // In place of what was kept, whole or not at all, for its owner only. False if it cannot be written.
    bool write(const Source& numbers) const;

    const std::filesystem::path& file() const { return file_; }

private:
    std::filesystem::path file_;
};

}  // namespace switchhook::script
