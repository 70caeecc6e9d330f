#include "script/coverage_report.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace switchhook::script {
namespace {

struct Share {
    std::size_t reached = 0;
    std::size_t all = 0;

    Share& operator+=(const Share& other) {
        reached += other.reached;
        all += other.all;
        return *this;
    }
    // "12/14  86 %"; a dash where there is nothing to reach. Only all of it is 100 %.
    std::string text() const {
        if (all == 0) return "-";
        auto percent = reached * 100 / all;
        std::ostringstream out;
        out << reached << '/' << all << ' ' << std::setw(3) << percent << " %";
        return out.str();
    }
};

Share lines_of(const FileCoverage& file) {
    return {file.lines_reached(), file.lines.size()};
}

Share branches_of(const FileCoverage& file) {
    return {file.ways_taken(), file.branches.size() * 2};
}

// "12-14, 20": lines that nothing reached, those next to one another together.
std::string missed_lines(const FileCoverage& file) {
    std::string text;
    int first = 0, last = 0;
    auto tell = [&] {
        if (first == 0) return;
        text += (text.empty() ? "" : ", ") + std::to_string(first);
        if (last > first) text += "-" + std::to_string(last);
        first = 0;
    };
    for (const auto& [line, times] : file.lines) {
        if (times > 0) {
            tell();
            continue;
        }
        if (first == 0) first = line;
        last = line;
    }
    tell();
    return text;
}

// "31 never true": conditions that came out one way only. Those in lines that nothing reached are told by these.
std::string missed_ways(const FileCoverage& file) {
    std::string text, last;
    for (const auto& branch : file.branches) {
        if (!branch.reached() || (branch.times_true > 0 && branch.times_false > 0)) continue;
        auto way = std::to_string(branch.line) + (branch.times_true == 0 ? " never true" : " never false");
        if (way != last) text += (text.empty() ? "" : ", ") + way;
        last = way;
    }
    return text;
}

}  // namespace

std::size_t FileCoverage::lines_reached() const {
    return static_cast<std::size_t>(std::ranges::count_if(lines, [](const auto& line) { return line.second > 0; }));
}

std::size_t FileCoverage::ways_taken() const {
    std::size_t taken = 0;
    for (const auto& branch : branches) taken += (branch.times_true > 0 ? 1U : 0U) + (branch.times_false > 0 ? 1U : 0U);
    return taken;
}

std::map<std::string, FileCoverage> coverage_by_file(const Coverage& coverage,
                                                     const std::function<bool(const std::string&)>& counts) {
    std::map<std::string, FileCoverage> files;
    for (const auto& flow : coverage.flows()) {
        if (counts && !counts(flow->flow)) continue;
        std::map<std::string, std::map<int, std::uint64_t>> lines;
        for (const auto& statement : flow->statements) {
            auto& times = lines[statement.file][statement.line];
            times = std::max(times, statement.times);
        }
        for (const auto& [file, of_file] : lines)
            for (const auto& [line, times] : of_file) files[file].lines[line] += times;
        // Another flow that uses the file has the same decisions, in the same order.
        std::map<std::string, std::size_t> next;
        for (const auto& decision : flow->decisions) {
            auto& branches = files[decision.file].branches;
            auto index = next[decision.file]++;
            if (index == branches.size()) branches.push_back({decision.line, 0, 0});
            branches[index].times_true += decision.times_true;
            branches[index].times_false += decision.times_false;
        }
    }
    return files;
}

std::string coverage_table(const std::map<std::string, FileCoverage>& files) {
    struct Row {
        std::string name, lines, branches, missed;
    };
    std::vector<Row> rows = {{"coverage", "lines", "branches", "not reached"}};
    Share lines, branches;
    for (const auto& [path, file] : files) {
        auto missed = missed_lines(file), ways = missed_ways(file);
        if (!missed.empty() && !ways.empty()) missed += "; ";
        rows.push_back({path, lines_of(file).text(), branches_of(file).text(), missed + ways});
        lines += lines_of(file);
        branches += branches_of(file);
    }
    rows.push_back({"all", lines.text(), branches.text(), ""});
    auto width = [&](std::string Row::*column) {
        std::size_t widest = 0;
        for (const auto& row : rows) widest = std::max(widest, (row.*column).size());
        return static_cast<int>(widest);
    };
    std::ostringstream out;
    for (const auto& row : rows) {
        std::ostringstream line;
        line << std::left << std::setw(width(&Row::name)) << row.name << "  " << std::right
             << std::setw(width(&Row::lines)) << row.lines << "  " << std::setw(width(&Row::branches)) << row.branches
             << "  " << row.missed;
        auto text = line.str();
        text.erase(text.find_last_not_of(' ') + 1);
        out << text << '\n';
    }
    return out.str();
}

std::string coverage_lcov(const std::map<std::string, FileCoverage>& files, const std::filesystem::path& root) {
    std::ostringstream out;
    for (const auto& [path, file] : files) {
        out << "TN:\nSF:" << (root / path).generic_string() << '\n';
        std::size_t block = 0;
        for (const auto& branch : file.branches) {
            auto way = [&](int number, std::uint64_t times) {
                out << "BRDA:" << branch.line << ',' << block << ',' << number << ',';
                if (branch.reached())
                    out << times << '\n';
                else
                    out << "-\n";  // the condition itself was never reached
            };
            way(0, branch.times_true);
            way(1, branch.times_false);
            ++block;
        }
        out << "BRF:" << file.branches.size() * 2 << "\nBRH:" << file.ways_taken() << '\n';
        for (const auto& [line, times] : file.lines) out << "DA:" << line << ',' << times << '\n';
        out << "LF:" << file.lines.size() << "\nLH:" << file.lines_reached() << "\nend_of_record\n";
    }
    return out.str();
}

}  // namespace switchhook::script
