#pragma once

#include "bench/media_direction.hpp"

#include <chrono>
#include <cmath>
#include <map>
#include <optional>
#include <string>

namespace switchhook::bench {

// How the model of a load behaves.
struct ModelHabits {
    bool converted = false;  // it speaks and hears PCM of 24 kHz, else the telephone's µ-law
    // Four seconds of speech at once, then an interruption by the caller, again and again; else it speaks all the time,
    // 20 ms every 20 ms.
    bool interrupted = false;
    std::chrono::milliseconds accepts_after{};  // from session.update to session.updated
    bool floor = false;  // nothing lies between it and the caller but a relay of bytes, so it keeps to no protocol
};

// What a load measures, of all its calls together.
struct MediaResults {
    Carried to_model;
    Carried to_caller;
    sim::LatencyHistogram barge_in;          // from speech_started, sent, to `clear` at the caller
    sim::LatencyHistogram truncation_error;  // audio_end_ms against what was really played, either way
    sim::LatencyHistogram late_marks;        // how late the load returned a mark: the engine can only go by that
    double truncation_error_sum_ms = 0;      // signed: above 0 where the model believes that more was heard
    std::uint64_t interruptions = 0;
    std::uint64_t clears = 0;
    std::uint64_t truncations = 0;
    std::map<std::string, std::uint64_t> unexpected;  // what should not have come, and how often it did
};

// What the two ends of one call have in common. A call talks once both are there.
struct MediaCall {
    MediaCall(const ModelHabits& habits, MediaResults& all, std::size_t its_number)
        : results(all),
          number(its_number),
          speech_is_counted(!habits.interrupted),
          to_model(160, habits.converted ? 960 : 160, all.to_model),
          to_caller(habits.converted ? 960 : 160, 160, all.to_caller) {}

    void begin_to_measure() {
        to_model.begin_to_measure();
        to_caller.begin_to_measure();
    }
    void finish() {
        to_model.finish();
        to_caller.finish();
        over = true;
    }

    MediaResults& results;
    std::size_t number;
    bool speech_is_counted;
    MediaDirection to_model;
    MediaDirection to_caller;
    bool caller_streams = false;
    bool model_listens = false;
    bool talks = true;  // both ends go on sending
    bool over = false;

    // When the next frame of 20 ms is due. All calls' frames are spread evenly over these 20 ms, the model's halfway
    // between a caller's: however the calls came to be connected, the floor and the engine get them at the same times.
    SteadyTime next_frame(bool of_model) const {
        constexpr std::chrono::nanoseconds period = std::chrono::milliseconds(20);
        const double turns = 0.6180339887 * static_cast<double>(number) + (of_model ? 0.5 : 0);
        const std::chrono::nanoseconds phase(
            static_cast<std::int64_t>((turns - std::floor(turns)) * static_cast<double>(period.count())));
        const auto now = steady_now();
        return now + period - (now.time_since_epoch() - phase) % period;
    }

    using Milliseconds = std::chrono::duration<double, std::milli>;

    void interrupted() {
        awaits_clear = true;
        speech_started = steady_now();
        played.reset();
        believed.reset();
    }
    // How much of the item was played, and how much the model is told; in either order, since these come by different
    // sockets.
    void was_played(Milliseconds time) {
        played = time;
        compare();
    }
    void was_told(Milliseconds time) {
        believed = time;
        compare();
    }

    // Of the last interruption.
    bool awaits_clear = false;
    SteadyTime speech_started{};
    std::optional<Milliseconds> played;
    std::optional<Milliseconds> believed;

private:
    void compare() {
        if (!played || !believed) return;
        const auto error = *believed - *played;
        ++results.truncations;
        results.truncation_error_sum_ms += error.count();
        results.truncation_error.add(
            std::chrono::duration_cast<std::chrono::nanoseconds>(error < error.zero() ? -error : error));
        played.reset();
        believed.reset();
    }
};

}  // namespace switchhook::bench
