#include "script/coverage.hpp"

#include "script/lua_reader.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

namespace switchhook::script {
namespace {

using Kind = LuaNode::Kind;

// Puts the calls into a source, without moving anything to another line.
class Counter {
public:
    Counter(const Source& source, FlowCoverage& coverage) : source_(source), coverage_(coverage) {}

    std::string counted(const LuaNode& tree) {
        read(tree);
        // What is put at one place stays in the order in which it was found: ends before beginnings, the outer
        // beginning before the inner.
        std::ranges::stable_sort(insertions_, {}, &Insertion::at);
        std::string text;
        std::size_t done = 0;
        for (const auto& [at, what] : insertions_) {
            text.append(source_.text, done, at - done);
            text += what;
            done = at;
        }
        return text.append(source_.text, done);
    }

private:
    struct Insertion {
        std::size_t at;
        std::string text;
    };

    void read(const LuaNode& node) {
        if (node.is(Kind::block)) return block(node);
        bool chain = node.is(Kind::if_chain);
        bool decides = node.is(Kind::binary) && (node.text == "and" || node.text == "or");
        for (std::size_t i = 0; i < node.parts.size(); ++i) {
            bool condition = (chain && i % 2 == 0 && i + 1 < node.parts.size()) || (decides && i == 0) ||
                             (node.is(Kind::while_loop) && i == 0) || (node.is(Kind::repeat_loop) && i == 1);
            if (condition)
                decision(node.parts[i]);
            else
                read(node.parts[i]);
        }
    }

    void block(const LuaNode& block) {
        for (const auto& statement : block.parts) {
            if (!statement.is(Kind::label)) {
                put(statement.begin,
                    std::string(statement_counter) + "(" + std::to_string(coverage_.statements.size()) + ") ; ");
                coverage_.statements.push_back({source_.path, statement.line, 0});
            }
            read(statement);
        }
    }

    void decision(const LuaNode& condition) {
        // What is written out is none: `while true do`.
        const auto& value = bare(condition);
        if (value.is(Kind::boolean) || value.is(Kind::nil) || value.is(Kind::number) || value.is(Kind::string))
            return read(condition);
        put(condition.begin,
            " " + std::string(decision_counter) + "(" + std::to_string(coverage_.decisions.size()) + ", ");
        coverage_.decisions.push_back({source_.path, condition.line, 0, 0});
        read(condition);
        put(condition.end, ") ");
    }

    void put(std::size_t at, std::string text) { insertions_.push_back({at, std::move(text)}); }

    const Source& source_;
    FlowCoverage& coverage_;
    std::vector<Insertion> insertions_;
};

}  // namespace

void FlowCoverage::forget() {
    for (auto& statement : statements) statement.times = 0;
    for (auto& decision : decisions) decision.times_true = decision.times_false = 0;
}

std::shared_ptr<const Flow> Coverage::counted(const Flow& flow, const Limits& limits) {
    auto coverage = std::make_shared<FlowCoverage>();
    coverage->flow = flow.name();
    CountedCompilation compilation(coverage);
    auto compiled = Flow::compile(flow.bundle(), limits);
    auto* made = std::get_if<std::shared_ptr<const Flow>>(&compiled);
    if (made == nullptr) throw std::logic_error("a flow does not compile with its counters: " + flow.name());
    flows_.push_back(std::move(coverage));
    return *made;
}

void Coverage::add_untouched(const Bundle& bundle) {
    auto& coverage = flows_.emplace_back(std::make_shared<FlowCoverage>());
    coverage->flow = bundle.name;
    counted_source(bundle.main, *coverage);
    for (const auto& [name, source] : bundle.modules) counted_source(source, *coverage);
}

namespace {

thread_local std::shared_ptr<FlowCoverage> counting_here;

}  // namespace

CountedCompilation::CountedCompilation(std::shared_ptr<FlowCoverage> coverage) {
    counting_here = std::move(coverage);
}

CountedCompilation::~CountedCompilation() {
    counting_here = nullptr;
}

const std::shared_ptr<FlowCoverage>& CountedCompilation::here() {
    return counting_here;
}

std::string counted_source(const Source& source, FlowCoverage& coverage) {
    auto tree = read_lua(source.text);
    return tree ? Counter(source, coverage).counted(*tree) : source.text;
}

}  // namespace switchhook::script
