#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <set>

namespace switchhook::script {

// What happened to one name in a watched folder; inotify(7)'s events without its bits.
struct FileEvent {
    enum class Kind {
        created,   // a new file, still open for writing; a new folder
        writing,   // some bytes of it
        written,   // closed by whoever wrote it
        appeared,  // there all at once: renamed to this name, linked
        vanished,  // deleted, or renamed to another name
        overflow,  // events were lost; the path means nothing
    };

    Kind kind = Kind::written;
    std::filesystem::path path;  // relative to the flows folder
    bool is_folder = false;
};

// What to read again.
struct Changes {
    bool everything = false;
    std::set<std::filesystem::path> paths;  // files, or folders with all that is in them; relative to the flows folder

    bool operator==(const Changes&) const = default;
};

// Turns the many ways in which editors and deployments save into one change each.
//
// A change is due when the folder has been quiet for a moment and nobody is in the middle of writing a file, or when
// it has been waiting for long enough. Hidden files and editors' backups (.flow.lua.swp, flow.lua~) do not count, nor
// does any file but *.lua; `..data`, which Kubernetes swaps under a mounted ConfigMap, stands for every file.
// Does no I/O and knows no clock: events and times in, changes out.
class ChangeCollector {
public:
    using Time = std::chrono::steady_clock::time_point;
    struct Timing {
        std::chrono::milliseconds quiet{50};     // from the last event
        std::chrono::milliseconds longest{500};  // from the first
    };

    explicit ChangeCollector(Timing timing) : timing_(timing) {}

    // True if there may be other folders to watch than before.
    bool add(const FileEvent& event, Time now);

    // When to take the changes; nothing while there are none.
    std::optional<Time> due() const;

    Changes take();

private:
    void mark(const std::filesystem::path& path, Time now);

    Timing timing_;
    Changes changes_;
    std::set<std::filesystem::path> open_;  // files in the middle of being written
    Time first_{}, last_{};
};

}  // namespace switchhook::script
