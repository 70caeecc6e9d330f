#include "script/documentation.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <variant>

namespace switchhook::script {
namespace {

using Kind = AnnotatedType::Kind;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

// "Call:gather" is written `call:gather` in a flow.
std::string as_written(const std::string& function) {
    auto colon = function.find(':');
    return colon == std::string::npos ? function : lower(function.substr(0, colon)) + function.substr(colon);
}

// GitHub's anchor of a heading.
std::string anchor(const std::string& heading) {
    std::string result;
    for (auto c : lower(heading)) {
        if (c == ' ') result += '-';
        if (std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-') result += c;
    }
    return result;
}

std::string in_cell(std::string_view text) {
    std::string result;
    for (auto c : text) result += c == '|' ? std::string("\\|") : c == '\n' ? std::string(" ") : std::string(1, c);
    return result;
}

std::string number_text(double number) {
    auto text = core::Json(number).dump();
    return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

// What may be given, as far as it can be said in a word: "5", "1 to 600".
std::string limits(const Constraints& constraints) {
    std::string text;
    if (constraints.least && constraints.most)
        text = "From " + number_text(*constraints.least) + " to " + number_text(*constraints.most) + ".";
    if (constraints.longest) text = "At most " + std::to_string(*constraints.longest) + ".";
    return text;
}

class Reference {
public:
    explicit Reference(const Annotations& annotations) : annotations_(annotations) {}

    std::string write() {
        text_ = "# What a flow can do\n\n";
        line("<!-- Made from the annotations in scripts/*.lua by `./dev docs`. Change those, not this. -->\n");
        for (const auto& module : annotations_.modules())
            if (module.name == "call") write_module(module);
        for (const auto& module : annotations_.modules())
            if (module.name != "call") write_module(module);
        write_aliases();
        while (text_.ends_with("\n\n")) text_.pop_back();
        return std::move(text_);
    }

private:
    void line(std::string_view text) { text_.append(text).append("\n"); }

    static bool is_section(const AnnotatedClass& each) { return each.is_value || each.name == "Flow"; }

    void write_module(const Annotations::Module& module) {
        bool first = module.name == "call";
        if (!first) line("## `require \"" + module.name + "\"`\n");
        line(module.about + "\n");
        if (first) write_contents();
        using Item = std::variant<const AnnotatedClass*, const AnnotatedFunction*>;
        std::vector<std::pair<std::size_t, Item>> items;
        for (const auto& each : annotations_.classes())
            if (each->module == module.name && is_section(*each)) items.emplace_back(each->position, each.get());
        for (const auto& each : annotations_.functions())
            if (each.module == module.name) items.emplace_back(each.position, &each);
        std::ranges::sort(items, {}, [](const auto& item) { return item.first; });
        for (const auto& [position, item] : items) {
            if (const auto* section = std::get_if<const AnnotatedClass*>(&item)) write_section(**section, first);
            if (const auto* function = std::get_if<const AnnotatedFunction*>(&item)) write_function(**function);
        }
    }

    void write_contents() {
        for (const auto& each : annotations_.classes()) {
            if (each->module != "call" || !is_section(*each)) continue;
            line("- " + link(*each) + verbs_of(*each));
        }
        auto globals = verbs_where([](const auto& function) {
            return function.module == "call" && function.name.find_first_of(".:") == std::string::npos;
        });
        line("- everywhere: " + globals);
        for (const auto& module : annotations_.modules()) {
            if (module.name == "call") continue;
            auto heading = "`require \"" + module.name + "\"`";
            auto verbs = verbs_where([&](const auto& function) { return function.module == module.name; });
            line("- [" + heading + "](#" + anchor(heading) + "): " + verbs);
        }
        line("");
    }

    static std::string heading(const AnnotatedClass& each) {
        return each.name == "Flow"      ? "The flow"
               : each.name == "Call"    ? "The call"
               : each.name == "Message" ? "The message"
                                        : "`" + each.name + "`";
    }

    static std::string link(const AnnotatedClass& each) {
        return "[" + heading(each) + "](#" + anchor(heading(each)) + ")";
    }

    std::string verbs_of(const AnnotatedClass& each) const {
        auto verbs = verbs_where(
            [&](const auto& function) {
                return function.name.starts_with(each.name + ":") || function.name.starts_with(each.name + ".");
            },
            each.module);
        return verbs.empty() ? "" : ": " + verbs;
    }

    template <class Wanted>
    std::string verbs_where(Wanted wanted, std::string_view module = {}) const {
        std::string text;
        for (const auto& function : annotations_.functions()) {
            if (!wanted(function) || (!module.empty() && function.module != module)) continue;
            auto name = as_written(function.name);
            auto bare = name.substr(name.find_first_of(".:") + 1);
            text += (text.empty() ? "" : " · ") + ("[" + bare + "](#" + anchor(signature(function)) + ")");
        }
        return text;
    }

    void write_section(const AnnotatedClass& section, bool is_chapter) {
        if (section.about.empty() && section.fields.empty()) return;
        if (is_chapter) line("## " + heading(section) + "\n");
        if (!section.about.empty()) line(section.about + "\n");
        write_fields(section);
        written_.insert(&section);
        for (const auto& field : section.fields) write_classes_in(field.type);
    }

    static std::string signature(const AnnotatedFunction& function) {
        std::string parameters;
        for (const auto& parameter : function.parameters) {
            auto name = parameter.optional ? "[" + parameter.name + "]" : parameter.name;
            parameters += (parameters.empty() ? "" : ", ") + name;
        }
        return as_written(function.name) + "(" + parameters + ")";
    }

    void write_function(const AnnotatedFunction& function) {
        line("### " + signature(function) + "\n");
        std::string facts;
        auto fact = [&](const std::string& text) { facts += (facts.empty() ? "*" : " ") + text; };
        if (!function.phases.empty()) fact("In " + function.phases.front() + ".");
        if (function.waits) fact("Waits.");
        if (function.ends) fact("Ends the handler.");
        if (!facts.empty()) line(facts + "*\n");
        line(function.about + "\n");
        write_parameters(function);
        write_results(function);
        // Options before what is inside of them or beside them.
        for (auto at = function.parameters.rbegin(); at != function.parameters.rend(); ++at) write_classes_in(at->type);
        for (const auto& result : function.results) write_classes_in(result.type);
    }

    void write_parameters(const AnnotatedFunction& function) {
        bool any = false;
        for (const auto& parameter : function.parameters) {
            if (parameter.name == "options" && parameter.about.empty()) continue;
            auto about = parameter.about;
            if (!parameter.constraints.standard.empty())
                about += std::string(about.empty() ? "" : " ") + "Default: " + parameter.constraints.standard + ".";
            line("- `" + parameter.name + "` (" + shown(parameter.type) + ")" + (about.empty() ? "" : ": " + about));
            any = true;
        }
        if (any) line("");
    }

    void write_results(const AnnotatedFunction& function) {
        if (function.results.empty()) return;
        std::string text = "Gives ";
        for (std::size_t i = 0; i < function.results.size(); ++i) {
            const auto& result = function.results[i];
            if (i > 0) text += "; then ";
            text += shown(result.type);
            if (!result.about.empty()) text += ": " + result.about;
            if (text.ends_with('.')) text.pop_back();
        }
        line(text + ".\n");
    }

    // `string|SayOptions`, with the options linked where they are told.
    std::string shown(const AnnotatedType& type) const { return "`" + type.text + "`"; }

    void write_classes_in(const AnnotatedType& type) {
        for (const auto& part : type.parts) write_classes_in(part);
        if (type.of_alias) write_classes_in(type.of_alias->type);
        if (!type.of_class || type.of_class->is_value || is_section(*type.of_class)) return;
        if (!written_.insert(type.of_class).second) return;
        const auto& options = *type.of_class;
        line("**" + options.name + "**" + (options.about.empty() ? "" : ": " + options.about) + "\n");
        write_fields(options);
        for (const auto& field : options.fields) write_classes_in(field.type);
    }

    void write_fields(const AnnotatedClass& options) {
        if (options.fields.empty()) return;
        bool defaults =
            std::ranges::any_of(options.fields, [](const auto& f) { return !f.constraints.standard.empty(); });
        line(defaults ? "| | | | default |\n|---|---|---|---|" : "| | | |\n|---|---|---|");
        for (const auto& field : options.fields) {
            auto about = field.about;
            if (auto range = limits(field.constraints); !range.empty()) about += (about.empty() ? "" : " ") + range;
            line("| `" + field.name + "` | " + in_cell(shown(field.type)) + " | " + in_cell(about) + " |" +
                 (defaults ? " " + in_cell(field.constraints.standard) + " |" : ""));
        }
        line("");
    }

    void write_aliases() {
        line("## Words for types\n");
        line("A type with `?` may be left out, `[]` is a list, `|` means \"or\".\n");
        line("| | |\n|---|---|");
        for (const auto& [name, alias] : annotations_.aliases()) {
            bool several = alias->type.kind == Kind::one_of && alias->about.find('"') == std::string::npos;
            auto values = several ? ": " + shown(alias->type) : std::string();
            line("| `" + name + "` | " + in_cell(alias->about + values) + " |");
        }
    }

    const Annotations& annotations_;
    std::string text_;
    std::set<const AnnotatedClass*> written_;
};

}  // namespace

std::string flow_reference(const Annotations& annotations) {
    return Reference(annotations).write();
}

}  // namespace switchhook::script
