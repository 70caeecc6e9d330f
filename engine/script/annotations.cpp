#include "script/annotations.hpp"

#include "core/trimmed.hpp"
#include "script/annotation_type.hpp"
#include "script/embedded.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace switchhook::script {
namespace {

// Takes the first word off `text`.
std::string take_word(std::string_view& text) {
    text = core::trimmed(text);
    auto end = std::min(text.find_first_of(" \t"), text.size());
    auto word = std::string(text.substr(0, end));
    text.remove_prefix(end);
    text = core::trimmed(text);
    return word;
}

std::vector<std::string> split(std::string_view text, std::string_view separator) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        auto end = std::min(text.find(separator), text.size());
        if (auto part = core::trimmed(text.substr(0, end)); !part.empty()) parts.emplace_back(part);
        text.remove_prefix(std::min(end + separator.size(), text.size()));
    }
    return parts;
}

}  // namespace

// Goes through files line by line. A run of `---` lines is a block; what the block describes is said by its own
// tags or by the line of code right below it.
class AnnotationReader {
public:
    void read(const Annotations::Text& file) {
        file_ = file.name;
        line_ = 0;
        auto rest = file.text;
        while (!rest.empty()) {
            ++line_;
            auto end = std::min(rest.find('\n'), rest.size());
            auto line = core::trimmed(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
            guarded([&] {
                if (line.starts_with("---")) {
                    read_comment(line.substr(3));
                } else {
                    end_block(line);
                }
            });
        }
        guarded([&] { end_block({}); });
    }

    Annotations finish() {
        for (auto& owned : result_.classes_) inherit(*owned);
        for (auto& owned : result_.classes_)
            for (auto& field : owned->fields) resolve(field.type);
        for (auto& [name, alias] : result_.aliases_) resolve(alias->type);
        for (auto& function : result_.functions_) {
            for (auto& parameter : function.parameters) resolve(parameter.type);
            for (auto& result : function.results) resolve(result.type);
        }
        for (auto& owned : result_.classes_) {
            for (const auto& field : owned->fields) owned->sorted.push_back(&field);
            std::ranges::sort(owned->sorted, {},
                              [](const AnnotatedField* field) -> std::string_view { return field->name; });
            if (!owned->ask.empty()) result_.asks_[owned->ask].options = owned.get();
        }
        collect_phases();
        return std::move(result_);
    }

private:
    template <class Body>
    void guarded(Body body) {
        try {
            body();
        } catch (const std::runtime_error& error) {
            throw std::runtime_error(std::string(file_) + ".lua:" + std::to_string(line_) + ": " + error.what());
        }
    }

    void read_comment(std::string_view line) {
        if (line.starts_with("@")) return read_tag(line.substr(1));
        if (line.starts_with(" ")) line.remove_prefix(1);
        about_ += line;
        about_ += '\n';
    }

    std::string take_about() {
        auto about = std::move(about_);
        about_.clear();
        while (!about.empty() && about.back() == '\n') about.pop_back();
        return about;
    }

    void read_tag(std::string_view rest) {
        auto tag = take_word(rest);
        if (tag == "meta") {
            head_ = true;
        } else if (tag == "class") {
            start_class(rest);
        } else if (tag == "alias") {
            read_alias(rest);
        } else if (tag == "field") {
            if (!class_) throw std::runtime_error("@field without a @class above it");
            class_->fields.push_back(read_field(rest));
        } else if (tag == "needs") {
            if (!class_) throw std::runtime_error("@needs without a @class above it");
            class_->needs.push_back(split(rest, " or "));
        } else if (tag == "ask") {
            (class_ ? class_->ask : function_.ask) = rest;
        } else if (tag == "phase") {
            for (auto& phase : split(rest, ",")) function_.phases.push_back(std::move(phase));
        } else if (tag == "waits") {
            function_.waits = true;
        } else if (tag == "ends") {
            function_.ends = true;
        } else if (tag == "param") {
            function_.parameters.push_back(read_field(rest));
        } else if (tag == "return") {
            function_.results.push_back(read_result(rest));
        }
    }

    void start_class(std::string_view rest) {
        auto colon = std::min(rest.find(':'), rest.size());
        auto name = std::string(core::trimmed(rest.substr(0, colon)));
        if (result_.class_named(name)) throw std::runtime_error("there are two classes named " + name);
        class_ = result_.classes_.emplace_back(std::make_unique<AnnotatedClass>()).get();
        class_->name = name;
        class_->module = file_;
        class_->position = ++position_;
        named_[name] = class_;
        class_->about = take_about();
        parents_[class_] = split(rest.substr(std::min(colon + 1, rest.size())), ",");
    }

    void read_alias(std::string_view rest) {
        auto alias = std::make_unique<AnnotatedAlias>();
        alias->name = take_word(rest);
        alias->type = read_type(rest);
        alias->about = take_about();
        alias->constraints = take_constraints(alias->about);
        auto name = alias->name;
        if (!result_.aliases_.emplace(name, std::move(alias)).second)
            throw std::runtime_error("there are two aliases named " + name);
    }

    static AnnotatedField read_field(std::string_view rest) {
        AnnotatedField field;
        field.name = take_word(rest);
        if (field.name.ends_with('?')) {
            field.name.pop_back();
            field.optional = true;
        }
        field.type = read_type(rest);
        field.about = core::trimmed(rest);
        field.constraints = take_constraints(field.about);
        return field;
    }

    static AnnotatedField read_result(std::string_view rest) {
        AnnotatedField result;
        result.type = read_type(rest);
        result.name = take_word(rest);
        result.about = rest;
        return result;
    }

    // The name in `local call = {}` or `call = {`.
    static std::string variable_in(std::string_view code) {
        if (code.starts_with("local ")) code.remove_prefix(6);
        auto end = code.find(" = {");
        return std::string(end == std::string_view::npos ? std::string_view() : code.substr(0, end));
    }

    // `code` is the line below the block.
    void end_block(std::string_view code) {
        if (head_) {
            result_.modules_.push_back({std::string(file_), take_about()});
        } else if (class_) {
            class_->variable = variable_in(code);
        } else if (code.starts_with("function ")) {
            code.remove_prefix(9);
            function_.name = code.substr(0, code.find('('));
            function_.module = file_;
            function_.position = ++position_;
            function_.about = take_about();
            result_.functions_.push_back(std::move(function_));
        }
        head_ = false;
        class_ = nullptr;
        function_ = {};
        about_.clear();
    }

    void inherit(AnnotatedClass& derived) {
        auto names = std::move(parents_[&derived]);
        parents_[&derived].clear();
        std::vector<AnnotatedField> fields;
        for (const auto& name : names) {
            auto parent = named_.find(name);
            if (parent == named_.end())
                throw std::runtime_error("class " + derived.name + " inherits from unknown " + name);
            inherit(*parent->second);
            fields.insert(fields.end(), parent->second->fields.begin(), parent->second->fields.end());
        }
        derived.fields.insert(derived.fields.end(), std::make_move_iterator(fields.begin()),
                              std::make_move_iterator(fields.end()));
    }

    // An ask works wherever one of the verbs that make it does.
    void collect_phases() {
        std::set<std::string> everywhere;
        for (const auto& function : result_.functions_) {
            if (function.ask.empty()) continue;
            auto& phases = result_.asks_[function.ask].phases;
            phases.insert(phases.end(), function.phases.begin(), function.phases.end());
            if (function.phases.empty()) everywhere.insert(function.ask);
        }
        for (const auto& ask : everywhere) result_.asks_[ask].phases.clear();
    }

    void resolve(AnnotatedType& type) const {
        for (auto& part : type.parts) resolve(part);
        if (type.kind != AnnotatedType::Kind::class_ || type.of_class) return;
        if (const auto* alias = result_.alias_named(type.text)) {
            type.kind = AnnotatedType::Kind::alias;
            type.of_alias = alias;
        } else if (const auto* named = result_.class_named(type.text)) {
            type.of_class = named;
        } else {
            throw std::runtime_error("there is no class or alias named " + type.text);
        }
    }

    Annotations result_;
    std::string_view file_;
    int line_ = 0;
    std::size_t position_ = 0;
    bool head_ = false;
    std::string about_;
    AnnotatedClass* class_ = nullptr;  // the class of the block being read
    AnnotatedFunction function_;       // the function that the block may turn out to describe
    std::map<std::string, AnnotatedClass*> named_;
    std::map<const AnnotatedClass*, std::vector<std::string>> parents_;
};

const AnnotatedField* AnnotatedClass::field(std::string_view wanted) const {
    auto found = std::ranges::lower_bound(sorted, wanted, {},
                                          [](const AnnotatedField* each) -> std::string_view { return each->name; });
    return found != sorted.end() && (*found)->name == wanted ? *found : nullptr;
}

Annotations Annotations::parse(std::span<const Text> files) {
    AnnotationReader reader;
    for (const auto& file : files) reader.read(file);
    return reader.finish();
}

const Annotations& Annotations::embedded() {
    static const Annotations annotations = [] {
        std::vector<Text> files;
        for (const auto& script : embedded_scripts()) files.push_back({script.name, script.text});
        return parse(files);
    }();
    return annotations;
}

const AnnotatedClass* Annotations::class_named(std::string_view name) const {
    for (const auto& each : classes_)
        if (each->name == name) return each.get();
    return nullptr;
}

const AnnotatedAlias* Annotations::alias_named(std::string_view name) const {
    auto found = aliases_.find(name);
    return found == aliases_.end() ? nullptr : found->second.get();
}

const Annotations::AskRules* Annotations::ask(std::string_view kind) const {
    auto found = asks_.find(kind);
    return found == asks_.end() ? nullptr : &found->second;
}

}  // namespace switchhook::script
