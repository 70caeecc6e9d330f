#include "script/bundle_reader.hpp"

#include "core/did_you_mean.hpp"
#include "script/embedded.hpp"
#include "script/lua_tokens.hpp"
#include "script/text_file.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace switchhook::script {
namespace {

namespace fs = std::filesystem;

std::set<std::string> names_of_embedded_scripts() {
    std::set<std::string> names;
    for (const auto& script : embedded_scripts()) names.emplace(script.name);
    return names;
}

// A place in a source that requires a module.
struct Require {
    std::string module;
    std::string file;
    int line;
};

// A module's name is words with dots between them, so that it cannot lead out of its folder.
bool is_module_name(std::string_view name) {
    bool word = false;
    for (char c : name) {
        if (c == '.' && !word) return false;
        word = c != '.';
        if (word && !std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-') return false;
    }
    return word;
}

std::string file_of(const std::string& module) {
    auto path = module;
    std::replace(path.begin(), path.end(), '.', '/');
    return path + ".lua";
}

// Finds what a source requires. Every use of `require` must be a call with a literal.
void scan(const Source& source, std::vector<Require>& found, Problems& problems) {
    auto tokens = lua_tokens(source.text);
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        if (!tokens[i].is_name("require")) continue;
        if (i > 0 && (tokens[i - 1].is_symbol(".") || tokens[i - 1].is_symbol(":"))) continue;
        const auto* next = &tokens[i + 1];
        if (next->is_symbol("=")) continue;  // a key of that name
        bool bracketed = next->is_symbol("(") && i + 3 < tokens.size();
        if (bracketed) next = &tokens[i + 2];
        bool literal = next->kind == LuaToken::Kind::string && (!bracketed || tokens[i + 3].is_symbol(")"));
        if (!literal)
            problems.push_back({source.path, tokens[i].line, "require needs the module's name itself, in quotes",
                                "write require \"booking\", one line for each module"});
        else if (!is_module_name(next->text))
            problems.push_back({source.path, tokens[i].line, "\"" + next->text + "\" is no module name",
                                "write words with dots between: require \"menu.evening\" loads menu/evening.lua"});
        else
            found.push_back({next->text, source.path, tokens[i].line});
    }
}

std::string kibibytes(std::size_t bytes) {
    return std::to_string((bytes + 1023) / 1024) + " KiB";
}

Problem problem_of(FileError error, const std::string& path, std::size_t limit_bytes) {
    switch (error) {
        case FileError::missing:
            return {path, 0, "there is no such file", "create it"};
        case FileError::outside:
            return {path, 0, "the symlink leads out of the flows folder", "copy the file into the flows folder"};
        case FileError::not_text:
            return {path, 0, "this is not text", "save the Lua source itself, in UTF-8, not bytecode"};
        case FileError::empty:
            return {path, 0, "the file is empty", "end it with return { … }"};
        case FileError::too_large:
            return {path, 0, "longer than " + kibibytes(limit_bytes),
                    "keep a flow and its modules under " + kibibytes(limit_bytes) + " together"};
        case FileError::unreadable:
            break;
    }
    return {path, 0, "the file cannot be read", "let the engine's user read it"};
}

// Reads one business once.
class Attempt {
public:
    Attempt(const fs::path& root, std::size_t limit_bytes, const std::set<std::string>& engine_modules,
            const std::string& business)
        : root_(root), left_bytes_(limit_bytes), limit_bytes_(limit_bytes), engine_modules_(engine_modules) {
        reading_.bundle.name = business;
        if (auto text = read(business + "/flow.lua")) {
            reading_.bundle.main = {business + "/flow.lua", std::move(*text)};
            scan(reading_.bundle.main, wanted_, reading_.problems);
        }
        while (!wanted_.empty()) {
            auto next = std::move(wanted_.back());
            wanted_.pop_back();
            add_module(next);
        }
        // The test does not run on calls: it has the limit for itself.
        left_bytes_ = limit_bytes_;
        if (exists(business + "/flow_test.lua"))
            if (auto text = read(business + "/flow_test.lua"))
                reading_.test = Source{business + "/flow_test.lua", std::move(*text)};
    }

    // Whether every file that was looked at is still as it was then.
    bool holds() const {
        return std::all_of(stamps_.begin(), stamps_.end(),
                           [&](const auto& one) { return file_stamp(root_ / one.first) == one.second; });
    }

    Reading take() { return std::move(reading_); }

private:
    bool exists(const std::string& path) {
        reading_.looked_at.insert(path);
        auto stamp = file_stamp(root_ / path);
        stamps_.try_emplace(path, stamp);
        if (!stamp) return false;
        // A change to the file behind a symlink is a change to this one.
        std::error_code error;
        auto real = fs::relative(root_ / path, root_, error);
        if (!error) reading_.looked_at.insert(real.generic_string());
        return true;
    }

    std::optional<std::string> read(const std::string& path) {
        exists(path);
        auto text = read_text(root_, root_ / path, left_bytes_);
        if (auto* error = std::get_if<FileError>(&text)) {
            reading_.problems.push_back(problem_of(*error, path, limit_bytes_));
            return std::nullopt;
        }
        auto& file = std::get<TextFile>(text);
        stamps_[path] = file.stamp;
        left_bytes_ -= file.text.size();
        return std::move(file.text);
    }

    void add_module(const Require& require) {
        const auto& module = require.module;
        if (!tried_.insert(module).second) return;
        auto own = reading_.bundle.name + "/" + file_of(module);
        auto shared = std::string(BundleReader::shared_folder) + "/" + file_of(module);
        if (engine_modules_.count(module)) {
            if (exists(own))
                reading_.problems.push_back({own, 0, "\"" + module + "\" is the name of a module of the engine",
                                             "give the file another name, and require that one"});
            return;
        }
        auto path = exists(own) ? own : shared;
        if (path == shared && !exists(shared)) {
            auto known = module_names();
            auto best = core::closest(module, known);
            reading_.problems.push_back(
                {require.file, require.line, "there is no module \"" + module + "\"",
                 best.empty() ? "create " + own + " or " + shared : "did you mean \"" + best + "\"?"});
            return;
        }
        auto text = read(path);
        if (!text) return;
        const auto& source = reading_.bundle.modules[module] = {path, std::move(*text)};
        scan(source, wanted_, reading_.problems);
    }

    // What could be required here.
    std::vector<std::string> module_names() const {
        std::vector<std::string> names(engine_modules_.begin(), engine_modules_.end());
        for (const auto& folder : {reading_.bundle.name, std::string(BundleReader::shared_folder)}) {
            std::error_code error;
            for (const auto& entry : fs::directory_iterator(root_ / folder, error)) {
                auto stem = entry.path().stem().string();
                const bool is_module = stem != "flow" && stem != "flow_test" && stem != "flow_eval";
                if (entry.path().extension() == ".lua" && is_module && is_module_name(stem)) names.push_back(stem);
            }
        }
        return names;
    }

    fs::path root_;
    std::size_t left_bytes_;
    std::size_t limit_bytes_;
    const std::set<std::string>& engine_modules_;
    Reading reading_;
    std::map<std::string, std::optional<FileStamp>> stamps_;
    std::set<std::string> tried_;
    std::vector<Require> wanted_;
};

}  // namespace

BundleReader::BundleReader(fs::path root, std::size_t limit_bytes)
    : BundleReader(std::move(root), limit_bytes, names_of_embedded_scripts()) {}

BundleReader::BundleReader(fs::path root, std::size_t limit_bytes, std::set<std::string> engine_modules)
    : root_(std::move(root)), limit_bytes_(limit_bytes), engine_modules_(std::move(engine_modules)) {}

std::vector<std::string> BundleReader::businesses() const {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(root_, error)) {
        auto name = entry.path().filename().string();
        if (name[0] != '.' && name != shared_folder && fs::exists(entry.path() / "flow.lua", error))
            names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

Reading BundleReader::read(const std::string& business) const {
    // Files that never hold still are given as they are: the watcher sees their last change, and they are read again.
    constexpr int attempts = 5;
    for (int i = 1;; ++i) {
        Attempt attempt(root_, limit_bytes_, engine_modules_, business);
        if (attempt.holds() || i == attempts) return attempt.take();
    }
}

std::variant<Source, Problem> BundleReader::read_file(const std::string& path) const {
    auto text = read_text(root_, root_ / path, limit_bytes_);
    if (auto* error = std::get_if<FileError>(&text)) return problem_of(*error, path, limit_bytes_);
    return Source{path, std::get<TextFile>(std::move(text)).text};
}

}  // namespace switchhook::script
