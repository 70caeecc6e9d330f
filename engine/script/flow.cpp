#include "script/flow.hpp"

#include "script/bytecode.hpp"
#include "script/compiled_flow.hpp"
#include "script/coverage.hpp"
#include "script/flow_state.hpp"
#include "script/returned_table.hpp"
#include "script/watchdog.hpp"
#include "script/worker_thread.hpp"

#include <lua.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <functional>

namespace switchhook::script {
namespace {

std::string first_hex_digits_of_sha256(const std::string& text) {
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), hash, &size, EVP_sha256(), nullptr);
    std::string hex;
    for (int i = 0; i < 6; ++i) {
        hex += "0123456789abcdef"[hash[i] >> 4];
        hex += "0123456789abcdef"[hash[i] & 15];
    }
    return hex;
}

// On this thread if flows may run here, else on one made for it.
void on_watched_thread(const std::function<void()>& run) {
    if (Watchdog::watches_this_thread()) return run();
    std::exception_ptr failure;
    Watchdog watchdog;
    {
        WorkerThread worker([&] {
            try {
                Watchdog::Registration registration(watchdog);
                run();
            } catch (...) {
                failure = std::current_exception();
            }
        });
    }
    if (failure) std::rethrow_exception(failure);
}

// What most often lies behind a message of Lua's compiler.
std::string syntax_fix(const std::string& what) {
    auto says = [&](std::string_view words) { return what.find(words) != std::string::npos; };
    if (says("near '<eof>'")) return "something is not closed: look for a missing `end`, `}` or `)`";
    if (says("unfinished string")) return "close the text with the same quote on the same line";
    if (says("unfinished long")) return "close it with `]]`";
    if (says("'=' expected") || says("syntax error"))
        return "this is not a statement: look for a misspelt word or a missing comma";
    if (says("'}' expected")) return "look for a missing comma in the table";
    if (says("near '#'") || says("near '/'")) return "a note begins with two hyphens: -- like this";
    if (says("unexpected symbol near ','") || says("unexpected symbol near '}'") || says("unexpected symbol near ')'"))
        return "look for an `end` that is missing above: each `if`, `for` and `function` has one of its own, and so "
               "has "
               "an `if` after `else`, unless they are written `elseif`";
    if (says("'then' expected near '='")) return "`==` compares, `=` gives a name";
    if (says("malformed number")) return "a phone number is a text: put it in quotes";
    return "look there, and at the line before";
}

// Whether a line has quotes as word processors put them, with which no text of Lua begins.
bool has_curly_quotes(std::string_view source, int line) {
    for (int number = 1; number < line; ++number) source.remove_prefix(std::min(source.find('\n') + 1, source.size()));
    auto text = source.substr(0, source.find('\n'));
    return text.find("“") != text.npos || text.find("”") != text.npos || text.find("‘") != text.npos;
}

// Compiles one file of a flow, or reports why it does not.
Chunk compile_source(const Source& source, Problems& problems) {
    Chunk chunk{"@" + source.path, {}};
    if (source.text.starts_with('\x1b')) {
        problems.push_back({source.path, 0, "this is compiled Lua, not text", "put the source text here"});
    } else if (source.text.find_first_not_of(" \t\r\n") == std::string::npos) {
        problems.push_back({source.path, 0, "the file is empty", "was it saved? it must end with a `return`"});
    } else if (auto bytecode = compile_to_bytecode(source.text, chunk.name, false)) {
        chunk.bytecode = std::move(*bytecode);
    } else {
        auto error = bytecode.error();
        problems.push_back({source.path, error.line, error.what,
                            has_curly_quotes(source.text, error.line) ? "a text stands in straight quotes: \"Hello\""
                                                                      : syntax_fix(error.what)});
    }
    return chunk;
}

void compile_sources(Flow::Compiled& flow, const Limits& limits, Problems& problems) {
    auto& bundle = flow.bundle;
    auto bytes = bundle.main.text.size();
    for (auto& [name, source] : bundle.modules) {
        bytes += source.text.size();
        if (find_engine_script(name) != nullptr)
            problems.push_back(
                {source.path, 0, "the engine has a script `" + name + "` of its own", "give this one another name"});
    }
    if (bytes > limits.source_bytes) {
        problems.push_back({bundle.main.path, 0,
                            "the flow and its modules have " + std::to_string(bytes) + " bytes, more than " +
                                std::to_string(limits.source_bytes),
                            "move data out of the code"});
        return;
    }
    auto compile = [&](const Source& source) {
        auto chunk = compile_source(source, problems);
        if (!flow.coverage || chunk.bytecode.empty()) return chunk;
        return compile_source({source.path, counted_source(source, *flow.coverage)}, problems);
    };
    flow.main = compile(bundle.main);
    for (auto& [name, source] : bundle.modules) flow.modules[name] = compile(source);
}

Problem problem_of(const Failed& failure) {
    Problem problem{failure.where, 0, failure.what, {}};
    auto colon = failure.where.rfind(':');
    if (colon == std::string::npos) return problem;
    std::from_chars(failure.where.data() + colon + 1, failure.where.data() + failure.where.size(), problem.line);
    problem.file.resize(colon);
    // What a limit says names its remedy after the last colon, as a problem does.
    return problem;
}

// Runs the file as every call will, but with more time and memory.
Problems check_by_running(Flow::Compiled& flow, const Limits& limits) {
    auto roomy = limits;
    roomy.cpu_per_slice = std::max(limits.cpu_per_slice, std::chrono::microseconds(200'000));
    roomy.cpu_per_call = std::max(limits.cpu_per_call, roomy.cpu_per_slice);
    roomy.memory_bytes = std::max<std::size_t>(limits.memory_bytes, 16 << 20);
    Problems problems;
    on_watched_thread([&] {
        FlowState state(flow, roomy, "check");
        if (auto failure = state.load({})) {
            problems.push_back(problem_of(*failure));
            return;
        }
        state.push_returned();
        problems = check_returned(state.lua(), flow);
    });
    return problems;
}

}  // namespace

std::string Bundle::version() const {
    std::string all;
    auto add = [&all](const std::string& text) { all += std::to_string(text.size()) + ":" + text; };
    add(main.path);
    add(main.text);
    for (auto& [required_as, source] : modules) {
        add(required_as);
        add(source.path);
        add(source.text);
    }
    return first_hex_digits_of_sha256(all);
}

Flow::Flow(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
Flow::~Flow() = default;

std::variant<std::shared_ptr<const Flow>, Problems> Flow::compile(Bundle bundle, const Limits& limits) {
    auto compiled = std::make_unique<Compiled>();
    compiled->coverage = CountedCompilation::here();
    compiled->version = bundle.version();
    compiled->bundle = std::move(bundle);
    Problems problems;
    compile_sources(*compiled, limits, problems);
    if (problems.empty()) problems = check_by_running(*compiled, limits);
    if (!problems.empty()) return problems;
    compiled->checked = true;
    if (compiled->coverage) compiled->coverage->forget();  // of what checking reached
    return std::shared_ptr<const Flow>(new Flow(std::move(compiled)));
}

const std::string& Flow::name() const {
    return compiled_->bundle.name;
}

const std::string& Flow::version() const {
    return compiled_->version;
}

const Bundle& Flow::bundle() const {
    return compiled_->bundle;
}

bool Flow::handles(std::string_view handler) const {
    return compiled_->handlers.contains(handler);
}

const core::Json& Flow::settings() const {
    return compiled_->settings;
}

const core::Json& Flow::fallback() const {
    return compiled_->fallback;
}

}  // namespace switchhook::script
