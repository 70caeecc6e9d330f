#include "script/change_collector.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace switchhook::script {

bool ChangeCollector::add(const FileEvent& event, Time now) {
    using Kind = FileEvent::Kind;
    auto name = event.path.filename().string();
    if (event.kind == Kind::overflow || name == "..data") {
        mark({}, now);
        changes_.everything = true;
        open_.clear();
        return true;
    }
    if (name.empty() || name.front() == '.' || name.back() == '~') return false;

    bool lua = !event.is_folder && event.path.extension() == ".lua";
    if (!lua) {
        // What has another name may be a folder, or a symlink to one; its bytes are no concern of ours.
        if (event.kind == Kind::writing || event.kind == Kind::written) return false;
        mark(event.path, now);
        return true;
    }
    switch (event.kind) {
        case Kind::created:
            open_.insert(event.path);
            mark(event.path, now);
            break;
        case Kind::writing:
            open_.insert(event.path);
            last_ = now;
            break;
        default:
            open_.erase(event.path);
            mark(event.path, now);
    }
    return false;
}

void ChangeCollector::mark(const std::filesystem::path& path, Time now) {
    if (!due()) first_ = now;
    last_ = now;
    if (!path.empty()) changes_.paths.insert(path);
}

std::optional<ChangeCollector::Time> ChangeCollector::due() const {
    if (!changes_.everything && changes_.paths.empty()) return std::nullopt;
    auto latest = first_ + timing_.longest;
    return open_.empty() ? std::min(last_ + timing_.quiet, latest) : latest;
}

Changes ChangeCollector::take() {
    // A file that is open for longer than a change waits must not hold up the next one; its next byte does.
    open_.clear();
    auto changes = std::exchange(changes_, {});
    if (changes.everything) changes.paths.clear();
    return changes;
}

}  // namespace switchhook::script
