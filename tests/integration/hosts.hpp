#pragma once

#include "sim/model_server.hpp"
#include "sim/speech.hpp"

#include <boost/asio/post.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

namespace switchhook::tests {

// The model of many conversations at once. In each it books twice, while it speaks, and then says goodbye. What it
// does next follows from what was said and booked before, so a conversation that is opened again goes on.
class Hosts {
public:
    static constexpr int bookings = 2;

    Hosts(net::Workers& workers, core::Log& log) : executor_(workers.executor(0)), server_(workers, options(), log) {}

    const sim::ModelServer& server() const { return server_; }
    // How often it has used the tool.
    int uses() const { return uses_; }

private:
    using Talk = std::shared_ptr<sim::ModelTalk>;

    sim::ModelServer::Options options() {
        sim::ModelServer::Options model;
        model.assistants.plays = [this](Talk talk) { play(std::move(talk)); };
        return model;
    }

    void play(Talk talk) {
        auto look = [this, weak = std::weak_ptr(talk)] {
            boost::asio::post(executor_, [this, weak] {
                if (auto open = weak.lock(); open && open->wants_words()) uses_ += go_on(*open);
            });
        };
        talk->on_change = look;
        look();
    }

    // True where it uses the tool.
    static bool go_on(sim::ModelTalk& talk) {
        if (talk.tools().empty()) {
            talk.respond({spoken(talk, "Office, good morning.")});
            return false;
        }
        const auto history = talk.history();
        int turn = 1;
        while (history.find("\"number\":" + std::to_string(turn)) != std::string::npos) ++turn;
        const bool books = turn <= bookings;
        auto words = spoken(talk, books ? "One moment, please, I write that down for you." : "Goodbye!");
        sim::RealtimeOutput tool;
        tool.tool = books ? "book" : "hangup";
        tool.arguments = books ? "{\"turn\":" + std::to_string(turn) + "}" : "{}";
        talk.respond({std::move(words), std::move(tool)});
        return books;
    }
    static sim::RealtimeOutput spoken(const sim::ModelTalk& talk, const std::string& text) {
        sim::RealtimeOutput words;
        words.text = text;
        words.audio = sim::tones_for(text, *talk.speaks());
        return words;
    }

    boost::asio::any_io_executor executor_;
    std::atomic<int> uses_{0};
    sim::ModelServer server_;
};

}  // namespace switchhook::tests
