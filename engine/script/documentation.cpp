#include "script/documentation.hpp"

#include "core/lower_case.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <variant>

namespace switchhook::script {
namespace {

using Kind = AnnotatedType::Kind;

constexpr const char* agents_heading = "Agents";
constexpr const char* tests_heading = "Testing a flow";

// "Call:gather" is written `call:gather` in a flow.
std::string as_written(const std::string& function) {
    auto colon = function.find(':');
    return colon == std::string::npos ? function : core::lower_case(function.substr(0, colon)) + function.substr(colon);
}

// GitHub's anchor of a heading.
std::string anchor(const std::string& heading) {
    std::string result;
    for (auto c : core::lower_case(heading)) {
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
            if (module.name == "agent") write_module(module);
        for (const auto& module : annotations_.modules())
            if (is_required(module)) write_module(module);
        write_tests();
        write_aliases();
        while (text_.ends_with("\n\n")) text_.pop_back();
        return std::move(text_);
    }

private:
    void line(std::string_view text) { text_.append(text).append("\n"); }

    static bool is_section(const AnnotatedClass& each) { return !each.variable.empty() || each.name == "Flow"; }

    static bool is_for_tests(std::string_view module) { return module == "test" || module.starts_with("test_"); }

    static bool is_required(const Annotations::Module& module) {
        return module.name != "call" && module.name != "agent" && !is_for_tests(module.name);
    }

    void write_module(const Annotations::Module& module) {
        bool first = module.name == "call", agents = module.name == "agent";
        if (!first) line("## " + (agents ? agents_heading : "`require \"" + module.name + "\"`") + "\n");
        line(module.about + "\n");
        if (first) write_contents();
        for (const auto& item : items_of(module)) write_item(item, first ? "## " : agents ? "### " : "", "### ");
    }

    using Item = std::variant<const AnnotatedClass*, const AnnotatedFunction*>;

    // A module's sections, and the functions that are described, in the order written.
    std::vector<std::pair<std::size_t, Item>> items_of(const Annotations::Module& module) const {
        std::vector<std::pair<std::size_t, Item>> items;
        for (const auto& each : annotations_.classes())
            if (each->module == module.name && is_section(*each)) items.emplace_back(each->position, each.get());
        for (const auto& each : annotations_.functions())
            if (each.module == module.name && !each.about.empty()) items.emplace_back(each.position, &each);
        std::ranges::sort(items, {}, [](const auto& item) { return item.first; });
        return items;
    }

    // Headings as "## "; a section without one is a paragraph.
    void write_item(const std::pair<std::size_t, Item>& item, const std::string& of_section,
                    const std::string& of_function) {
        if (const auto* section = std::get_if<const AnnotatedClass*>(&item.second)) {
            module_ = (*section)->module;
            write_section(**section, of_section);
        }
        if (const auto* function = std::get_if<const AnnotatedFunction*>(&item.second)) {
            module_ = (*function)->module;
            write_function(**function, of_function);
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
        auto agents = verbs_where([](const auto& function) { return function.module == "agent"; });
        if (!agents.empty())
            line("- [" + std::string(agents_heading) + "](#" + anchor(agents_heading) + "): " + agents);
        for (const auto& module : annotations_.modules()) {
            if (!is_required(module)) continue;
            auto heading = "`require \"" + module.name + "\"`";
            auto verbs = verbs_where([&](const auto& function) { return function.module == module.name; });
            line("- [" + heading + "](#" + anchor(heading) + "): " + verbs);
        }
        if (has_tests()) line("- [" + std::string(tests_heading) + "](#" + anchor(tests_heading) + ")");
        line("");
    }

    bool has_tests() const {
        return std::ranges::any_of(annotations_.modules(), [](const auto& each) { return is_for_tests(each.name); });
    }

    // What a flow_test.lua sees, whichever file of scripts/ it is in, as one chapter.
    void write_tests() {
        if (!has_tests()) return;
        line("## " + std::string(tests_heading) + "\n");
        for (const auto& module : annotations_.modules())
            if (is_for_tests(module.name)) line(module.about + "\n");
        write_contents_of_tests();
        for (const auto& module : annotations_.modules()) {
            if (!is_for_tests(module.name)) continue;
            for (const auto& item : items_of(module)) write_item(item, "### ", "#### ");
        }
    }

    void write_contents_of_tests() {
        line("- everywhere: " + verbs_where([](const auto& function) {
                 return is_for_tests(function.module) &&
                        (function.name.starts_with("test.") || function.name.find_first_of(".:") == std::string::npos);
             }));
        for (const auto& each : annotations_.classes())
            if (is_for_tests(each->module) && is_section(*each)) line("- " + link(*each) + verbs_of(*each));
        line("");
    }

    static std::string heading(const AnnotatedClass& each) {
        return each.name == "Flow"         ? "The flow"
               : each.name == "Call"       ? "The call"
               : each.name == "Message"    ? "The message"
               : is_for_tests(each.module) ? "`" + each.variable + "` in a test"
                                           : "`" + each.variable + "`";
    }

    static std::string link(const AnnotatedClass& each) {
        return "[" + heading(each) + "](#" + anchor(heading(each)) + ")";
    }

    std::string verbs_of(const AnnotatedClass& each) const {
        auto verbs = verbs_where(
            [&](const auto& function) {
                return function.name.starts_with(each.variable + ":") || function.name.starts_with(each.variable + ".");
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

    void write_section(const AnnotatedClass& section, const std::string& level) {
        if (section.about.empty() && section.fields.empty()) return;
        if (!level.empty()) line(level + heading(section) + "\n");
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

    void write_function(const AnnotatedFunction& function, const std::string& level) {
        line(level + signature(function) + "\n");
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
        if (!type.of_class || is_section(*type.of_class) || type.of_class->module != module_) return;
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
    std::string_view module_;  // of what is being told: others' classes are told in their own chapter
};

}  // namespace

std::string flow_reference(const Annotations& annotations) {
    return Reference(annotations).write();
}

}  // namespace switchhook::script
