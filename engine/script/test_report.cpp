#include "script/test_report.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace switchhook::script {
namespace {

// "lexi/flow_test.lua" of "lexi/flow_test.lua:5".
std::string file_of(const TestResult& result) {
    return result.where.substr(0, result.where.rfind(':'));
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        auto end = text.find('\n');
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

std::string number(double value, int decimals) {
    char text[32];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

std::string milliseconds(std::chrono::microseconds took) {
    return number(static_cast<double>(took.count()) / 1000, 1) + " ms";
}

std::string seconds(std::chrono::microseconds took) {
    return number(static_cast<double>(took.count()) / 1e6, 6);
}

class Paint {
public:
    explicit Paint(bool on) : on_(on) {}
    std::string green(std::string_view text) const { return with("32", text); }
    std::string red(std::string_view text) const { return with("31", text); }
    std::string dim(std::string_view text) const { return with("2", text); }

private:
    std::string with(const char* code, std::string_view text) const {
        if (!on_) return std::string(text);
        return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
    }
    bool on_;
};

std::string failure_lines(const TestResult& result, const Paint& paint) {
    std::string out;
    for (auto line : lines_of(result.failure)) out += "      " + paint.red(line) + "\n";
    for (auto line : lines_of(result.transcript))
        out += "      " + (line.starts_with('>') ? paint.red(line) : paint.dim(line)) + "\n";
    return out;
}

std::string slowest_lines(const std::vector<TestResult>& results, std::size_t count, const Paint& paint) {
    if (results.size() <= count || count == 0) return {};
    std::vector<const TestResult*> order;
    for (const auto& result : results) order.push_back(&result);
    std::stable_sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->took > b->took; });
    std::string out = "slowest:\n";
    for (std::size_t i = 0; i < count; ++i)
        out += paint.dim("  " + milliseconds(order[i]->took) + "  " + order[i]->name + " (" + order[i]->where + ")") +
               "\n";
    return out + "\n";
}

// What XML 1.0 may contain, with its five special characters escaped.
std::string xml(std::string_view text) {
    std::string out;
    for (char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\n':
                out += "&#10;";
                break;
            default:
                if (static_cast<unsigned char>(c) >= 0x20 || c == '\t') out += c;
        }
    }
    return out;
}

std::string junit_case(const TestResult& result, const std::string& file) {
    auto out = "    <testcase classname=\"" + xml(file) + "\" name=\"" + xml(result.name) + "\" file=\"" + xml(file) +
               "\" line=\"" + xml(result.where.substr(std::min(file.size() + 1, result.where.size()))) + "\" time=\"" +
               seconds(result.took) + "\"";
    if (result.failure.empty()) return out + "/>\n";
    return out + ">\n      <failure message=\"" + xml(result.failure) + "\">" + xml(result.transcript) +
           "</failure>\n    </testcase>\n";
}

// The results of one file; `begin` moves on to the next file's.
std::string junit_suite(std::vector<TestResult>::const_iterator& begin, std::vector<TestResult>::const_iterator end) {
    auto file = file_of(*begin);
    std::string cases;
    std::size_t tests = 0;
    std::size_t failures = 0;
    std::chrono::microseconds took{};
    for (; begin != end && file_of(*begin) == file; ++begin, ++tests) {
        cases += junit_case(*begin, file);
        failures += begin->failure.empty() ? 0 : 1;
        took += begin->took;
    }
    return "  <testsuite name=\"" + xml(file) + "\" tests=\"" + std::to_string(tests) + "\" failures=\"" +
           std::to_string(failures) + "\" time=\"" + seconds(took) + "\">\n" + cases + "  </testsuite>\n";
}

// A TAP description is one line; "#" would begin a directive.
std::string tap_name(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '#' || c == '\\') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

std::string yaml_block(const char* key, std::string_view text) {
    auto out = "  " + std::string(key) + ": |2\n";
    for (auto line : lines_of(text)) out += "    " + std::string(line) + "\n";
    return out;
}

}  // namespace

std::size_t count_failed(const std::vector<TestResult>& results) {
    auto failed = std::count_if(results.begin(), results.end(), [](const auto& r) { return !r.failure.empty(); });
    return static_cast<std::size_t>(failed);
}

std::string human_report(const std::vector<TestResult>& results, const HumanReportOptions& options) {
    Paint paint(options.colour);
    std::string out;
    std::string file;
    for (const auto& result : results) {
        if (file_of(result) != file) {
            if (!file.empty()) out += "\n";
            file = file_of(result);
            out += file + "\n";
        }
        auto passed = result.failure.empty();
        out += "  " + (passed ? paint.green("✓") : paint.red("✗")) + " " + result.name + "\n";
        if (!passed) out += failure_lines(result, paint);
    }
    if (!results.empty()) out += "\n";
    out += slowest_lines(results, options.slowest, paint);
    auto failed = count_failed(results);
    auto counts = std::to_string(results.size() - failed) + " passed, " + std::to_string(failed) + " failed";
    return out + (failed == 0 ? paint.green(counts) : paint.red(counts)) + "\n";
}

std::string tap_report(const std::vector<TestResult>& results) {
    auto out = "TAP version 13\n1.." + std::to_string(results.size()) + "\n";
    std::size_t index = 0;
    for (const auto& result : results) {
        auto passed = result.failure.empty();
        out += (passed ? "ok " : "not ok ") + std::to_string(++index) + " - " + tap_name(result.name) + "\n";
        if (passed) continue;
        out +=
            "  ---\n" + yaml_block("message", result.failure) + yaml_block("transcript", result.transcript) + "  ...\n";
    }
    return out;
}

std::string junit_report(const std::vector<TestResult>& results) {
    std::string suites;
    for (auto at = results.begin(); at != results.end();) suites += junit_suite(at, results.end());
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"" + std::to_string(results.size()) +
           "\" failures=\"" + std::to_string(count_failed(results)) + "\">\n" + suites + "</testsuites>\n";
}

}  // namespace switchhook::script
