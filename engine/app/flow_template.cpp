#include "app/flow_template.hpp"

#include "script/bundle_reader.hpp"
#include "script/embedded_templates.hpp"

#include <algorithm>
#include <stdexcept>

namespace switchhook::app {
namespace {

constexpr FlowTemplate all_templates[] = {
    {"reservations", "a restaurant: books tables by keys and words, tells the hours", "Mill Street Kitchen"},
    {"clinic", "a doctor's or dentist's office: emergencies, appointments, prescriptions", "Lakeside Clinic"},
    {"support", "help for customers: rings a team in turn, opens tickets", "Brightwire Support"},
    {"sales", "a sales line: an assistant learns what callers need, and keeps it", "Alder Windows"},
    {"voicemail", "takes messages, and texts you where to listen to them", "Harbor Studio"},
};

constexpr std::size_t longest_name = 40;

std::string_view embedded_file(const std::string& name) {
    for (const auto& file : script::embedded_templates())
        if (file.name == name) return file.text;
    throw std::logic_error("no template " + name);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// "Ascend Dental" for ascend_dental.
std::string business_of(const std::string& name) {
    std::string business;
    for (bool begins = true; char c : name) {
        business += c == '_' ? ' ' : begins && is_lower(c) ? char(c - 'a' + 'A') : c;
        begins = c == '_';
    }
    return business;
}

// A good name that is close to what somebody wrote; empty if there is none.
std::string good_name(const std::string& wanted) {
    std::string name;
    for (char c : wanted) {
        if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
        if (is_lower(c) || (is_digit(c) && !name.empty()))
            name += c;
        else if ((c == ' ' || c == '-' || c == '_' || c == '.') && !name.empty() && name.back() != '_')
            name += '_';
    }
    while (name.ends_with('_')) name.pop_back();
    return name.substr(0, longest_name);
}

}  // namespace

std::span<const FlowTemplate> flow_templates() {
    return all_templates;
}

NewFlow make_flow(const FlowTemplate& from, const std::string& name) {
    const std::string kind(from.kind), business(from.business);
    auto of = [&](const std::string& file) {
        auto text = replaced(std::string(embedded_file(kind + "/" + file)), business, business_of(name));
        return replaced(std::move(text), "test.flow(\"" + kind + "\"", "test.flow(\"" + name + "\"");
    };
    return {of("flow"), of("flow_test")};
}

std::string flow_name_problem(const std::string& name) {
    const std::string rule = "a flow's name is small letters, digits and _, as ascend_dental";
    auto good = good_name(name);
    if (name == script::BundleReader::shared_folder)
        return "`" + name + "` is the folder for what all flows share: choose another name";
    if (name == good && !name.empty()) return {};
    return "`" + name + "` cannot be a flow's name: " + (good.empty() ? rule : "did you mean `" + good + "`?");
}

}  // namespace switchhook::app
