#pragma once

#include "twiml/schema.hpp"

#include <boost/system/result.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace switchhook::twiml {

// Why TwiML could not be built, in a sentence that says what to write instead.
struct Problem {
    std::string text;
};

[[noreturn]] void throw_exception_from_error(const Problem& problem, const boost::source_location& where);

// A value, or what is wrong.
template <class T>
using Checked = boost::system::result<T, Problem>;

// A TwiML document under construction. Every element, attribute and value is checked against the schema as it is
// added, so what render() gives is always well-formed, nested as Twilio allows, and within Twilio's limit.
//
// An empty Document holds no memory but itself; a document that was sent is worth keeping as its text only.
class Document {
    struct Tree;

public:
    // Twilio refuses longer documents (error 11750). Bytes of the rendered text.
    static constexpr std::size_t size_limit = 65'536;

    // An element of a document; valid until the document is cleared, undone beyond it, or destroyed.
    class Element {
        friend class Document;
        void* node_ = nullptr;
        const twiml::Element* row_ = nullptr;

    public:
        const twiml::Element& row() const { return *row_; }
    };

    Document();
    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;
    ~Document();

    // <Response>
    Element root();

    // Adds an element as the last one in `parent`.
    Checked<Element> add(Element parent, std::string_view name);
    // Adds a verb.
    Checked<Element> add(std::string_view name) { return add(root(), name); }

    // Sets an attribute. An empty value is kept: of a free text, and where it says something (finishOnKey, waitUrl).
    Checked<void> set(Element element, std::string_view attribute, std::string_view value);

    // Adds text at the end of an element; characters that XML does not allow are dropped.
    Checked<void> add_text(Element element, std::string_view text);

    // The document in UTF-8, without blanks between elements.
    std::string render() const;

    // Bytes that render() would give now.
    std::size_t size() const { return size_; }
    bool empty() const;

    // Back to an empty document; gives the memory back.
    void clear();

    // A point to come back to: undo() takes away every verb that was added after mark().
    struct Mark {
        void* last_verb;
        std::size_t size;
    };
    Mark mark() const;
    void undo(const Mark& mark);

private:
    Checked<void> grow(std::size_t bytes);

    std::unique_ptr<Tree> tree_;
    std::size_t size_;
};

}  // namespace switchhook::twiml
