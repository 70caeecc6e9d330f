#pragma once

#include "bench/child.hpp"
#include "script/flows_folder.hpp"
#include "sim/load.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace switchhook::bench {

inline constexpr const char* auth_token = "12345678901234567890123456789012";
inline constexpr const char* public_url = "https://hook.example";
inline constexpr const char* menu_number = "+15550100";

// A menu as businesses have it: a greeting, then a gather by key or by word, again and again.
inline constexpr const char* menu_flow = R"(
local prompts = { welcome = "Welcome to the garden centre.", menu = "For our hours, press 1. For plants, press 2." }

return {
  settings = { front_desk = "+15550101" },
  fallback = { say = "One moment please.", dial = "+15550101" },
  on_call = function(call)
    call:say(prompts.welcome)
    while true do
      local answer = call:gather { say = prompts.menu, digits = 1, speech = true, hints = { "hours", "plants" } }
      if answer and answer.digits == "0" then return call:dial(call.settings.front_desk) end
      if answer and answer.digits == "2" then call:say("Roses are in bloom.") end
    end
  end,
}
)";

// `switchhook serve`, running: one worker, on a core of its own, signatures checked, log written.
class Server {
public:
    // `environment` and `more_arguments` are added to what it needs; what it keeps is in `data`, or goes with it. Gives
    // up with std::runtime_error, and what the server logged, where it is not ready within 10 s.
    explicit Server(const std::filesystem::path& flows,
                    std::vector<std::pair<std::string, std::string>> environment = {},
                    std::vector<std::string> more_arguments = {}, std::filesystem::path data = {});

    Child& process() { return *child_; }
    std::uint16_t port() const { return port_; }

    // Signed webhooks for this server, at the number of the menu flow.
    sim::LoadOptions load(sim::LoadOptions::Kind kind) const;

private:
    script::FlowsFolder folder_;  // its log and its data
    std::unique_ptr<Child> child_;
    std::uint16_t port_ = 0;
};

// A flows folder that holds nothing but the menu.
void write_menu(const script::FlowsFolder& folder);

}  // namespace switchhook::bench
