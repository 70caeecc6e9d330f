#include "script/call_graph.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace switchhook::script {
namespace {

std::string cut(const std::string& text, std::size_t most) {
    if (text.size() <= most) return text;
    auto end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return text.substr(0, end) + "…";
}

std::string joined(const std::vector<std::string>& texts, std::string_view between) {
    std::string all;
    for (const auto& text : texts) all += (all.empty() ? "" : std::string(between)) + text;
    return all;
}

bool is_key(std::string_view text) {
    return text.size() == 1;
}

// "presses 1, 2, 3" for three labels that differ in their key.
std::string label_of(const CallGraph::Edge& edge) {
    constexpr std::string_view presses = "presses ";
    std::vector<std::string> keys, others;
    for (const auto& label : edge.labels) {
        if (label.starts_with(presses) && is_key(std::string_view(label).substr(presses.size())))
            keys.push_back(label.substr(presses.size()));
        else
            others.push_back(label);
    }
    if (!keys.empty()) others.insert(others.begin(), std::string(presses) + joined(keys, " "));
    return joined(others, ", ");
}

// Writes the places as a tree: depth first, each once.
class Tree {
public:
    explicit Tree(const std::vector<CallGraph::Place>& places) : places_(places), told_(places.size()) {}

    std::string text() && {
        if (!places_.empty()) tell_edges(0, 0);
        return std::move(text_);
    }

private:
    void line(std::size_t indent, const std::string& text) { text_ += std::string(indent * 2, ' ') + text + "\n"; }

    void tell_edges(std::size_t place, std::size_t indent) {
        for (const auto& edge : places_[place].edges) {
            auto label = cut(label_of(edge), 100);
            if (told_[edge.to]) {
                line(indent, label + " → " + std::to_string(edge.to));
                continue;
            }
            told_[edge.to] = true;
            line(indent, label);
            tell_place(edge.to, indent + 1);
        }
    }

    void tell_place(std::size_t number, std::size_t indent) {
        const auto& place = places_[number];
        for (const auto& heard : place.heard) line(indent, "hears \"" + cut(heard, 90) + "\"");
        line(indent, "[" + std::to_string(number) + "] " + place.state + (place.unexplored ? " …" : ""));
        tell_edges(number, indent + 1);
    }

    const std::vector<CallGraph::Place>& places_;
    std::vector<bool> told_;
    std::string text_;
};

std::string with_escapes(std::string_view text, const std::map<char, std::string>& escapes) {
    std::string out;
    for (char c : text) {
        auto escape = escapes.find(c);
        out += escape == escapes.end() ? std::string(1, c) : escape->second;
    }
    return out;
}

std::string title_of(const CallGraph::Place& place, std::string_view between) {
    auto heard = cut(joined(place.heard, " "), 80);
    return heard.empty() ? place.state : heard + std::string(between) + place.state;
}

}  // namespace

void CallGraph::connect(std::size_t from, const std::string& label, std::size_t to) {
    auto& edges = places[from].edges;
    auto same = std::find_if(edges.begin(), edges.end(), [to](const Edge& edge) { return edge.to == to; });
    if (same == edges.end()) same = edges.insert(edges.end(), Edge{{}, to});
    auto& labels = same->labels;
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
}

std::string CallGraph::text() const {
    return Tree(places).text();
}

std::string CallGraph::mermaid() const {
    const std::map<char, std::string> escapes = {
        {'"', "#quot;"}, {'<', "#lt;"}, {'>', "#gt;"}, {'#', "#35;"}, {'|', "#124;"}};
    std::string out = "flowchart TD\n";
    for (std::size_t i = 0; i < places.size(); ++i) {
        auto title = i == 0 ? std::string("a call") : with_escapes(title_of(places[i], " · "), escapes);
        out += "  p" + std::to_string(i) + (places[i].way_out ? "([\"" : "[\"") + title +
               (places[i].way_out ? "\"])" : "\"]") + "\n";
    }
    for (std::size_t i = 0; i < places.size(); ++i)
        for (const auto& edge : places[i].edges)
            out += "  p" + std::to_string(i) + " -->|\"" + with_escapes(cut(label_of(edge), 80), escapes) + "\"| p" +
                   std::to_string(edge.to) + "\n";
    return out;
}

std::string CallGraph::dot() const {
    const std::map<char, std::string> escapes = {{'"', "\\\""}, {'\\', "\\\\"}};
    std::string out = "digraph call {\n  node [shape=box, fontname=\"Helvetica\"];\n";
    for (std::size_t i = 0; i < places.size(); ++i) {
        auto title = i == 0 ? std::string("a call") : title_of(places[i], "\n");
        auto label = with_escapes(title, escapes);
        for (auto at = label.find('\n'); at != std::string::npos; at = label.find('\n')) label.replace(at, 1, "\\n");
        out += "  p" + std::to_string(i) + " [label=\"" + label + "\"" + (places[i].way_out ? ", style=rounded" : "") +
               "];\n";
    }
    for (std::size_t i = 0; i < places.size(); ++i)
        for (const auto& edge : places[i].edges)
            out += "  p" + std::to_string(i) + " -> p" + std::to_string(edge.to) + " [label=\"" +
                   with_escapes(cut(label_of(edge), 80), escapes) + "\"];\n";
    return out + "}\n";
}

}  // namespace switchhook::script
