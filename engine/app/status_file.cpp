#include "app/status_file.hpp"

#include "core/json_text.hpp"
#include "core/private_file.hpp"
#include "core/random_token.hpp"
#include "net/basic_credentials.hpp"

#include <openssl/crypto.h>

#include <fstream>
#include <stdexcept>
#include <unistd.h>

namespace switchhook::app {
namespace {

constexpr std::size_t password_bytes = 24;

}  // namespace

StatusFile::StatusFile(const std::filesystem::path& data, std::uint16_t port) : file_(data / name) {
    auto password = core::random_token(password_bytes);
    authorization_ = net::basic_credentials("switchhook:" + password);
    auto url = "http://switchhook:" + password + "@127.0.0.1:" + std::to_string(port) + path;
    core::Json json = {{"pid", getpid()}, {"status_url", url}};
    if (!core::replace_private_file(file_, core::dump(json, 2) + "\n"))
        throw std::runtime_error("cannot write " + file_.string() + ": name a folder that can be written with --data");
}

StatusFile::~StatusFile() {
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
}

bool StatusFile::allows(const net::Request& request) const {
    auto given = request.headers.find("authorization").value_or("");
    return given.size() == authorization_.size() &&
           CRYPTO_memcmp(given.data(), authorization_.data(), given.size()) == 0;
}

std::string StatusFile::read(const std::filesystem::path& data) {
    std::ifstream file(data / name);
    auto json = core::Json::parse(file, nullptr, false);
    return json.is_object() ? json.value("status_url", "") : "";
}

core::Json status_of(const std::vector<script::NumberStatus>& numbers,
                     const std::map<std::pair<std::string, std::string>, std::size_t>& calls) {
    auto list = core::Json::array();
    for (const auto& number : numbers) {
        auto counts = core::Json::object();
        for (const auto& [key, count] : calls)
            if (key.first == number.entry.number) counts[key.second] = count;
        list.push_back({{"number", number.entry.number},
                        {"flow", number.entry.flow},
                        {"version", number.version},
                        {"since", number.since.time_since_epoch().count()},
                        {"calls", counts},
                        {"error", number.error},
                        {"candidate", number.candidate},
                        {"percent", number.percent},
                        {"note", number.note}});
    }
    return list;
}

}  // namespace switchhook::app
