#include "sim/player_state.hpp"

#include <algorithm>
#include <utility>

namespace switchhook::sim {
namespace {

// What a <Gather> listens for, in words.
std::string wanted(const Gathering& gathering) {
    std::string keys = gathering.num_digits == 0   ? "keys"
                       : gathering.num_digits == 1 ? "a key"
                                                   : std::to_string(gathering.num_digits) + " keys";
    if (!gathering.speech) return keys;
    return gathering.digits ? keys + " or speech" : "speech";
}

}  // namespace

bool TwimlPlayer::State::gather() {
    for (auto prompt : verb.children()) speak_verb(prompt);
    Gathering gathering;
    std::string_view input = verb.attribute("input").as_string("dtmf");
    gathering.speech = input.find("speech") != std::string_view::npos;
    gathering.digits = input.find("dtmf") != std::string_view::npos || !gathering.speech;
    gathering.num_digits = number_attribute(verb, "numDigits", 0, 1);
    gathering.timeout = seconds(number_attribute(verb, "timeout", 5, 1));
    if (auto key = verb.attribute("finishOnKey")) gathering.finish_on_key = key.value();
    emit({.kind = Kind::listens, .text = wanted(gathering)});
    need = std::move(gathering);
    return true;
}

bool TwimlPlayer::State::press(const std::string& keys) {
    if (auto* talk = std::get_if<Bridged>(&need)) {
        bool star = keys.find('*') != std::string::npos && flag_attribute(verb, "hangupOnStar", false);
        if (!star || talk->callee.kind == "conference") return false;
        emit({.kind = Kind::enters, .text = "*", .detail = "presses"});
        return finish_bridge(seconds(1)), true;
    }
    if (auto* recording = std::get_if<Recording>(&need)) {
        if (keys.size() != 1 || recording->finish_on_key.find(keys) == std::string::npos) return false;
        return record(seconds(1), keys);
    }
    auto* gathering = std::get_if<Gathering>(&need);
    if (!gathering) return false;
    if (!gathering->digits) return emit({.kind = Kind::ignores, .text = keys, .detail = "presses"}), true;
    emit({.kind = Kind::enters, .text = keys, .detail = "presses"});
    for (char key : keys) {
        if (gathering->finish_on_key.find(key) != std::string::npos) return finish_keys(key), true;
        gathering->entered += key;
        if (static_cast<int>(gathering->entered.size()) == gathering->num_digits) return finish_keys('\0'), true;
    }
    return true;
}

void TwimlPlayer::State::finish_keys(char key) {
    auto gathering = std::get<Gathering>(need);
    if (gathering.entered.empty() && !flag_attribute(verb, "actionOnEmptyResult", false)) return run();
    Params params;
    if (gathering.digits || !gathering.speech) params.emplace_back("Digits", gathering.entered);
    if (gathering.entered.empty() && gathering.speech) params.emplace_back("SpeechResult", "");
    if (key != '\0') params.emplace_back("FinishedOnKey", std::string(1, key));
    params.emplace_back("msg", "Gather End");
    fetch_action(std::move(params));
}

bool TwimlPlayer::State::speak(const std::string& words, double confidence) {
    auto* gathering = std::get_if<Gathering>(&need);
    if (!gathering) return false;
    if (!gathering->speech) return emit({.kind = Kind::ignores, .text = words, .detail = "says"}), true;
    emit({.kind = Kind::enters, .text = words, .detail = "says", .duration = per_character * words.size()});
    auto rounded = std::to_string(confidence);
    fetch_action({{"SpeechResult", words}, {"Confidence", rounded}, {"msg", "Gather End"}});
    return true;
}

bool TwimlPlayer::State::stay_silent() {
    if (auto* gathering = std::get_if<Gathering>(&need)) {
        emit({.kind = Kind::times_out, .duration = gathering->timeout});
        return finish_keys('\0'), true;
    }
    if (auto* recording = std::get_if<Recording>(&need)) {
        emit({.kind = Kind::times_out, .duration = recording->timeout});
        return run(), true;  // an empty recording asks no action
    }
    if (auto* ringing = std::get_if<Ringing>(&need)) {
        emit({.kind = Kind::callee, .text = "no-answer", .duration = ringing->timeout});
        return next_callee("no-answer", ringing->callees.front()), true;
    }
    if (std::holds_alternative<Queued>(need) && verb.attribute("waitUrl")) return start_waiting(), true;
    return false;
}

bool TwimlPlayer::State::start_recording() {
    Recording recording;
    recording.timeout = seconds(number_attribute(verb, "timeout", 5));
    recording.max_length =
        seconds(number_attribute(verb, "maxLength", flag_attribute(verb, "transcribe", false) ? 120 : 3600, 1));
    recording.finish_on_key = verb.attribute("finishOnKey").as_string("1234567890*#");
    emit({.kind = Kind::records});
    need = std::move(recording);
    return true;
}

bool TwimlPlayer::State::record(seconds length, const std::string& key) {
    auto* recording = std::get_if<Recording>(&need);
    if (!recording) return false;
    fetch_action(recorded(std::min(length, recording->max_length), key));
    return true;
}

Params TwimlPlayer::State::recorded(seconds length, const std::string& key) {
    auto sid = sids->make("RE");
    auto recording_url = options.recordings_url + "/" + sid;
    auto duration = std::to_string(length.count());
    emit({.kind = Kind::recorded, .text = recording_url, .duration = length});
    call_back(verb, "recordingStatusCallback",
              {{"RecordingSid", sid},
               {"RecordingUrl", recording_url},
               {"RecordingStatus", "completed"},
               {"RecordingDuration", duration},
               {"RecordingChannels", "1"},
               {"RecordingSource", std::string_view(verb.name()) == "Dial" ? "DialVerb" : "RecordVerb"}});
    if (flag_attribute(verb, "transcribe", false))
        call_back(verb, "transcribeCallback",
                  {{"TranscriptionSid", sids->make("TR")},
                   {"TranscriptionStatus", "failed"},
                   {"TranscriptionText", ""},
                   {"RecordingSid", sid},
                   {"RecordingUrl", recording_url}});
    Params params{{"RecordingUrl", recording_url}, {"RecordingSid", sid}, {"RecordingDuration", duration}};
    if (!key.empty()) params.emplace_back("Digits", key);
    return params;
}

}  // namespace switchhook::sim
