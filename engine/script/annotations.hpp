#pragma once

#include "core/json.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::script {

struct AnnotatedClass;
struct AnnotatedAlias;

// A LuaCATS type, as in `string|SayOptions` or `(string|Prompt)[]`.
struct AnnotatedType {
    enum class Kind {
        any,
        nil,
        boolean,
        number,
        integer,
        string,
        table,     // any table, table<K, parts[0]> and {name: type}
        function,  // fun(…): …
        literal,   // "busy", true, 5
        array,     // parts[0] []
        one_of,    // parts[0] | parts[1] | …
        class_,    // `of_class`
        alias,     // `of_alias`
    };

    Kind kind = Kind::any;
    std::string text;  // as written
    core::Json literal;
    std::vector<AnnotatedType> parts;
    const AnnotatedClass* of_class = nullptr;
    const AnnotatedAlias* of_alias = nullptr;
};

// What the brackets at the end of a description say: "[1 to 600, default 5]".
struct Constraints {
    std::optional<double> least;
    std::optional<double> most;
    std::optional<std::size_t> longest;  // "at most 50": bytes of a text, items of a list
    std::string format;                  // "E.164", "URL", "SIP"
    std::string standard;                // the default, as a reader sees it
};

// A field of a class, or a parameter or result of a function.
struct AnnotatedField {
    std::string name;
    AnnotatedType type;
    bool optional = false;
    std::string about;  // one or two sentences, without the brackets
    Constraints constraints;
};

// ---@alias: a type with a name. `about` completes "`timeout` is …": "a number of seconds".
struct AnnotatedAlias {
    std::string name;
    AnnotatedType type;
    std::string about;
    Constraints constraints;
};

struct AnnotatedClass {
    std::string name;
    std::string module;                           // the file of scripts/ it is in: "call", "ivr"
    std::size_t position = 0;                     // classes and functions are numbered in the order written
    std::string about;                            // Markdown
    std::string ask;                              // the ask whose options these are; empty for other classes
    std::vector<AnnotatedField> fields;           // in the order written, then the inherited ones
    std::vector<const AnnotatedField*> sorted;    // the same by name
    std::vector<std::vector<std::string>> needs;  // of each list one field at least
    std::string variable;                         // "call" where `local call = {}` follows it; empty for other classes

    const AnnotatedField* field(std::string_view name) const;
};

struct AnnotatedFunction {
    std::string name;    // "Call:gather", "http.get", "sleep"
    std::string module;  // the file of scripts/ it is in: "call", "ivr"
    std::size_t position = 0;
    std::string about;                // Markdown
    std::string ask;                  // the ask it makes; empty if it makes none, or several
    std::vector<std::string> phases;  // the handlers it works in; empty: all
    bool waits = false;
    bool ends = false;
    std::vector<AnnotatedField> parameters;
    std::vector<AnnotatedField> results;
};

// What the annotations of scripts/*.lua say. Immutable.
class Annotations {
public:
    struct Text {
        std::string_view name;  // "call", for scripts/call.lua
        std::string_view text;
    };

    // Reads files together: they may use each other's classes.
    // Throws std::runtime_error, with file and line, for an annotation that cannot be read.
    static Annotations parse(std::span<const Text> files);

    // The schema of the scripts in this binary, read once per process.
    static const Annotations& embedded();

    struct Module {
        std::string name;
        std::string about;  // the comment at its head
    };
    const std::vector<Module>& modules() const { return modules_; }
    const std::vector<AnnotatedFunction>& functions() const { return functions_; }
    const std::vector<std::unique_ptr<AnnotatedClass>>& classes() const { return classes_; }

    const std::map<std::string, std::unique_ptr<AnnotatedAlias>, std::less<>>& aliases() const { return aliases_; }

    const AnnotatedClass* class_named(std::string_view name) const;
    const AnnotatedAlias* alias_named(std::string_view name) const;

    // The options and the phases of an ask; null for a kind that no annotation knows.
    struct AskRules {
        const AnnotatedClass* options = nullptr;
        std::vector<std::string> phases;  // empty: every handler
    };
    const AskRules* ask(std::string_view kind) const;
    const std::map<std::string, AskRules, std::less<>>& asks() const { return asks_; }

private:
    friend class AnnotationReader;

    std::vector<Module> modules_;
    std::vector<AnnotatedFunction> functions_;
    std::vector<std::unique_ptr<AnnotatedClass>> classes_;
    std::map<std::string, std::unique_ptr<AnnotatedAlias>, std::less<>> aliases_;
    std::map<std::string, AskRules, std::less<>> asks_;
};

}  // namespace switchhook::script
