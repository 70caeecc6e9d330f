#include "twiml/document.hpp"

#include "core/did_you_mean.hpp"
#include "twiml/legal_text.hpp"
#include "twiml/value.hpp"
#include "twiml/words.hpp"

#include <boost/throw_exception.hpp>
#include <pugixml.hpp>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace switchhook::twiml {
namespace {

constexpr std::string_view declaration = R"(<?xml version="1.0" encoding="UTF-8"?>)";
constexpr std::size_t empty_size = declaration.size() + std::string_view("<Response/>").size();

pugi::xml_node node_of(void* handle) {
    return pugi::xml_node(static_cast<pugi::xml_node_struct*>(handle));
}

std::string tag(std::string_view name) {
    return "<" + std::string(name) + ">";
}

std::string tags(std::string_view names, std::string_view conjunction) {
    std::string all;
    for_each_word(names, [&](std::string_view name) { all.append(all.empty() ? "" : " ").append(tag(name)); });
    return list_of_words(all, conjunction);
}

// Bytes that a character takes more than its own when written as a reference.
std::size_t escape_cost(std::string_view text, bool in_attribute) {
    std::size_t cost = 0;
    for (char c : text) {
        if (c == '&') cost += 4;
        if (c == '<' || (c == '>' && !in_attribute)) cost += 3;
        if (c == '"' && in_attribute) cost += 5;
        if ((c == '\t' || c == '\n' || c == '\r') && in_attribute) cost += 4;
    }
    return cost;
}

Problem unknown_element(std::string_view name) {
    std::vector<std::string> names;
    for (const auto& element : elements()) names.emplace_back(element.name);
    const auto meant = core::closest(name, names);
    auto text = "there is no " + tag(name) + " in TwiML";
    if (!meant.empty()) text += "; did you mean " + tag(meant) + "?";
    return {std::move(text)};
}

Problem wrong_nesting(std::string_view name, const twiml::Element& parent) {
    auto text = tag(name) + " cannot stand inside " + tag(parent.name);
    if (parent.children.empty())
        text += ", which holds " + std::string(parent.text ? "text only" : "nothing");
    else if (&parent == &response())
        text += ", which holds verbs";
    else
        text += ", which holds " + tags(parent.children, "and");
    return {std::move(text)};
}

Problem unknown_attribute(const twiml::Element& element, std::string_view name) {
    std::vector<std::string> names;
    for (const auto& attribute : element.attributes) names.emplace_back(attribute.name);
    const auto meant = core::closest(name, names);
    auto text = tag(element.name) + " has no attribute `" + std::string(name) + "`";
    if (!meant.empty()) text += "; did you mean `" + meant + "`?";
    return {std::move(text)};
}

// What the schema says of an element among its siblings.
Checked<void> check_siblings(pugi::xml_node parent, const twiml::Element& parent_row, const twiml::Element& row) {
    if (row.name == "Reject" && parent.first_child())
        return Problem{"<Reject> must be the first verb: after <" + std::string(parent.first_child().name()) +
                       "> the call is already answered; use <Hangup> to end it"};
    if (row.most == INT_MAX && parent_row.name != "Dial" && parent_row.name != "Connect") return {};
    int same = 0;
    for (auto child : parent.children()) {
        const std::string_view name = child.name();
        if (name == row.name) ++same;
        const auto* sibling = child.type() == pugi::node_element ? find_element(name, parent_row.name) : nullptr;
        if (name != row.name && (row.alone || (sibling && sibling->alone)))
            return Problem{tag(row.name) + " and " + (name.empty() ? "text" : tag(name)) +
                           " cannot stand in the same " + tag(parent_row.name)};
    }
    if (same >= row.most)
        return Problem{tag(parent_row.name) + " holds at most " + std::to_string(row.most) + " " + tag(row.name)};
    return {};
}

// Appends what pugixml writes to a string.
struct StringWriter final : pugi::xml_writer {
    explicit StringWriter(std::string& to) : text(to) {}
    void write(const void* data, size_t size) override { text.append(static_cast<const char*>(data), size); }
    std::string& text;
};

}  // namespace

void throw_exception_from_error(const Problem& problem, const boost::source_location& where) {
    boost::throw_exception(std::logic_error(problem.text), where);
}

struct Document::Tree {
    pugi::xml_document document;
    pugi::xml_node root = document.append_child("Response");
};

Document::Document() : size_(empty_size) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Document::Element Document::root() {
    if (!tree_) tree_ = std::make_unique<Tree>();
    Element root;
    root.node_ = tree_->root.internal_object();
    root.row_ = &response();
    return root;
}

Checked<void> Document::grow(std::size_t bytes) {
    if (size_ + bytes > size_limit)
        return Problem{
            "the document would be longer than the 65536 bytes that Twilio takes; say less at once, or play "
            "a recording"};
    size_ += bytes;
    return {};
}

Checked<Document::Element> Document::add(Element parent, std::string_view name) {
    const auto* row = find_element(name, parent.row_->name);
    if (!row) return unknown_element(name);
    if (!parent.row_->holds(name)) return wrong_nesting(name, *parent.row_);
    auto node = node_of(parent.node_);
    if (auto fits = check_siblings(node, *parent.row_, *row); !fits) return fits.error();
    // "<Name/>", and what turns the parent's "<Parent/>" into "<Parent></Parent>".
    const std::size_t opened = node.first_child() ? 0 : parent.row_->name.size() + 2;
    if (auto fits = grow(name.size() + 3 + opened); !fits) return fits.error();
    Element element;
    auto child = node.append_child(pugi::node_element);
    child.set_name(row->name.data());  // a literal of the schema: ends in NUL
    element.node_ = child.internal_object();
    element.row_ = row;
    return element;
}

Checked<void> Document::set(Element element, std::string_view name, std::string_view value) {
    const auto* attribute = element.row_->find(name);
    if (!attribute) return unknown_attribute(*element.row_, name);
    std::string changed;
    value = legal_text(value, changed);
    if (auto wrong = wrong_value(*attribute, value))
        return Problem{tag(element.row_->name) + ": `" + std::string(name) + "` " + *wrong};
    auto node = node_of(element.node_);
    for (auto present : node.attributes())
        if (present.name() == name)
            return Problem{tag(element.row_->name) + " already has the attribute `" + std::string(name) + "`"};
    if (auto fits = grow(name.size() + value.size() + 4 + escape_cost(value, true)); !fits) return fits.error();
    auto added = node.append_attribute("");
    added.set_name(attribute->name.data());
    added.set_value(value.data(), value.size());
    return {};
}

Checked<void> Document::add_text(Element element, std::string_view text) {
    const auto& row = *element.row_;
    std::string changed;
    text = legal_text(text, changed);
    if (text.empty()) return {};
    if (!row.text) return Problem{tag(row.name) + " holds no text"};
    auto node = node_of(element.node_);
    if (row.longest != INT_MAX && count_characters(text) > static_cast<std::size_t>(row.longest))
        return Problem{tag(row.name) + " holds at most " + std::to_string(row.longest) + " characters, not " +
                       std::to_string(count_characters(text))};
    const std::size_t opened = node.first_child() ? 0 : row.name.size() + 2;
    if (auto fits = grow(text.size() + escape_cost(text, false) + opened); !fits) return fits.error();
    node.append_child(pugi::node_pcdata).set_value(text.data(), text.size());
    return {};
}

std::string Document::render() const {
    std::string text;
    text.reserve(size_);
    text = declaration;
    if (empty()) return text += "<Response/>";
    StringWriter writer(text);
    tree_->root.print(writer, "", pugi::format_raw | pugi::format_no_declaration, pugi::encoding_utf8);
    return text;
}

bool Document::empty() const {
    return !tree_ || !tree_->root.first_child();
}

void Document::clear() {
    tree_.reset();
    size_ = empty_size;
}

Document::Mark Document::mark() const {
    return {empty() ? nullptr : tree_->root.last_child().internal_object(), size_};
}

void Document::undo(const Mark& mark) {
    if (!tree_) return;
    while (tree_->root.last_child() && tree_->root.last_child().internal_object() != mark.last_verb)
        tree_->root.remove_child(tree_->root.last_child());
    size_ = mark.size;
}

}  // namespace switchhook::twiml
