#pragma once

#include "core/errc.hpp"
#include "core/json.hpp"
#include "script/limits.hpp"
#include "script/problem.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace switchhook::script {

// One file of a flow, as its author wrote it.
struct Source {
    std::string path;  // relative to the flows folder: "lexi/flow.lua"
    std::string text;
};

// What a flow is made of: flow.lua and every module that it requires, by the name it requires them under.
// The modules that ship with the engine (ivr, hours, …) are not in it.
struct Bundle {
    std::string name;  // the business: "lexi"
    Source main;
    std::map<std::string, Source> modules;

    // The first 12 hex digits of a SHA-256 over every path and text: equal for equal content.
    std::string version() const;
};

// A bundle as it is kept: {name, main: {path, text}, modules: {name: {path, text}}}. A text that is not UTF-8 is kept
// byte for byte too.
core::Json to_json(const Bundle& bundle);
// Errc::malformed for what is no bundle.
core::Result<Bundle> bundle_from_json(const core::Json& json);

// One version of one business's flow: compiled, checked, immutable. Any number of calls share it.
class Flow {
public:
    // Compiles and checks a bundle: text not bytecode, compiles, runs under the limits, returns a table
    // whose keys and types are known. Gives every problem it finds, not the first one.
    static std::variant<std::shared_ptr<const Flow>, Problems> compile(Bundle bundle, const Limits& limits);
    ~Flow();

    const std::string& name() const;
    const std::string& version() const;
    const Bundle& bundle() const;

    // "on_call", "on_message", "on_call_ended"
    bool handles(std::string_view handler) const;

    // As the flow wrote them: settings (an object), fallback ({dial=, say=}; null if it has none).
    const core::Json& settings() const;
    const core::Json& fallback() const;

    struct Compiled;  // bytecode; known to this room only
    const Compiled& compiled() const { return *compiled_; }

private:
    explicit Flow(std::unique_ptr<const Compiled> compiled);
    std::unique_ptr<const Compiled> compiled_;
};

}  // namespace switchhook::script
