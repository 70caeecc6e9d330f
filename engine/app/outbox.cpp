#include "app/commands.hpp"
#include "app/kept_store.hpp"
#include "app/show_numbers.hpp"
#include "app/time_text.hpp"
#include "core/json_text.hpp"

#include <iomanip>
#include <iostream>
#include <memory>

namespace switchhook::app {
namespace {

using core::Json;
using core::Promise;

struct OutboxOptions : StoreOptions {
    std::string business;
    std::string id;
    bool dead = false;
    bool all = false;
    bool json = false;
    bool show_numbers = false;
};

// What was promised may hold anything that callers said: without their numbers, it is left out.
void print_json(const std::vector<Promise>& promises, const OutboxOptions& options) {
    auto list = Json::array();
    for (const auto& promise : promises) {
        Json one = {{"id", promise.id},
                    {"flow", promise.business},
                    {"kind", promise.kind},
                    {"to", promise.destination},
                    {"promised", time_text(promise.promised)},
                    {"due", promise.dead ? Json() : Json(time_text(promise.due))},
                    {"attempts", promise.attempts},
                    {"reason", promise.reason},
                    {"dead", promise.dead}};
        if (options.show_numbers) one["payload"] = promise.payload;
        list.push_back(std::move(one));
    }
    std::cout << shown(core::dump(list, 2), options.show_numbers) << '\n';
}

void print(const std::vector<Promise>& promises, const OutboxOptions& options) {
    if (promises.empty()) {
        std::cout << (options.dead ? "nothing had to be given up\n" : "nothing is left to be done\n");
        return;
    }
    std::cout << std::left << std::setw(40) << "PROMISE" << std::setw(16) << "FLOW" << std::setw(12) << "KIND"
              << std::setw(21) << "PROMISED (UTC)"
              << "STATE\n";
    for (const auto& promise : promises) {
        auto state = promise.dead           ? std::string("dead")
                     : promise.attempts > 0 ? "tried again at " + time_text(promise.due)
                                            : std::string("waiting");
        std::cout << std::left << std::setw(40) << promise.id << std::setw(16) << promise.business << std::setw(12)
                  << promise.kind << std::setw(21) << time_text(promise.promised) << state << '\n'
                  << "    to " << shown(promise.destination, options.show_numbers);
        if (promise.attempts > 0)
            std::cout << "; failed " << promise.attempts << (promise.attempts == 1 ? " time: " : " times: ")
                      << shown(promise.reason, options.show_numbers);
        std::cout << '\n';
    }
}

int refuse(const core::Error& error, const std::string& id) {
    if (error != core::Errc::not_found) throw std::runtime_error(error.message());
    std::cerr << "switchhook: there is no promise `" << id << "`: it may have been kept; `switchhook outbox` lists\n";
    return failure;
}

int list(KeptStore& kept, const OutboxOptions& options) {
    auto promises = value_of(kept.wait(kept.outbox().list({.dead = options.dead, .business = options.business})));
    if (options.json)
        print_json(promises, options);
    else
        print(promises, options);
    return success;
}

int retry(KeptStore& kept, const OutboxOptions& options) {
    if (!options.all) {
        auto done = kept.wait(kept.outbox().retry(options.id, kept.clock().now()));
        return done ? success : refuse(done.error(), options.id);
    }
    auto dead = value_of(kept.wait(kept.outbox().list({.dead = true, .business = options.business})));
    std::size_t count = 0;
    for (const auto& promise : dead)
        if (kept.wait(kept.outbox().retry(promise.id, kept.clock().now()))) ++count;
    std::cout << count << (count == 1 ? " promise" : " promises") << " will be tried again\n";
    return success;
}

int drop(KeptStore& kept, const OutboxOptions& options) {
    auto done = kept.wait(kept.outbox().drop(options.id));
    return done ? success : refuse(done.error(), options.id);
}

}  // namespace

void add_outbox(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<OutboxOptions>();
    auto* cli = app.add_subcommand("outbox", "What flows promised and is still to be done, or had to be given up");
    add_store_options(*cli, *options);
    cli->add_option("--business", options->business, "Only this flow's")->type_name("FLOW");
    cli->add_flag("--dead", options->dead, "Lists only what was given up");
    cli->add_flag("--json", options->json, "Prints JSON");
    add_show_numbers(*cli, options->show_numbers)
        ->description("Shows phone numbers whole, and in JSON what was promised");

    auto* again = cli->add_subcommand("retry", "Gives one another chance, now and with its whole time");
    auto* id = again->add_option("PROMISE", options->id, "As the list names it");
    auto* all = again->add_flag("--all", options->all, "All that were given up, or all of --business");
    all->excludes(id);
    again->fallthrough();
    auto* away = cli->add_subcommand("drop", "Forgets one: it will not be done");
    away->add_option("PROMISE", options->id, "As the list names it")->required();
    away->fallthrough();
    cli->require_subcommand(0, 1);
    cli->footer(
        "Works on the store itself, whether an engine runs on it or not; one that does notices within a second.\n");

    cli->callback([options, again, away, &exit_code] {
        if (again->parsed() && options->id.empty() && !options->all)
            throw CLI::ValidationError("outbox retry", "name a promise, or all of them with --all");
        KeptStore kept(*options);
        if (again->parsed())
            exit_code = retry(kept, *options);
        else
            exit_code = away->parsed() ? drop(kept, *options) : list(kept, *options);
    });
}

}  // namespace switchhook::app
