#include "sim/realtime_response.hpp"

#include "audio/base64.hpp"

#include <algorithm>
#include <utility>

namespace switchhook::sim {

using core::Json;

RealtimeResponse::RealtimeResponse(Surroundings surroundings, Json request, const Json& session)
    : to_(std::move(surroundings)), request_(std::move(request)), id_(to_.new_id("resp_")) {
    auto modalities = request_.value("output_modalities", session.at("output_modalities"));
    speaks_ = modalities == Json::array({"audio"});
    shown_ = {{"object", "realtime.response"},
              {"id", id_},
              {"status", "in_progress"},
              {"status_details", nullptr},
              {"output", Json::array()},
              {"conversation_id", in_conversation() ? Json("conv_1") : Json(nullptr)},
              {"output_modalities", modalities},
              {"max_output_tokens", request_.value("max_output_tokens", session.at("max_output_tokens"))},
              {"audio",
               {{"output",
                 {{"format", session["audio"]["output"]["format"]}, {"voice", session["audio"]["output"]["voice"]}}}}},
              {"usage", nullptr},
              {"metadata", request_.value("metadata", Json(nullptr))}};
    if (request_.contains("audio")) shown_["audio"].merge_patch(request_["audio"]);
    instructions_tokens_ = tokens_of(request_.value("instructions", session.value("instructions", "")));
    input_tokens_ = to_.conversation->tokens();
    to_.emit({{"type", "response.created"}, {"response", shown_}});
}

void RealtimeResponse::fill(std::vector<RealtimeOutput> outputs, core::AudioFormat format, Pace pace, Moment now) {
    filled_ = true;
    outputs_ = std::move(outputs);
    format_ = format;
    auto due = now;
    for (const auto& output : outputs_) {
        pieces_.push_back({due, Kind::begin});
        if (output.tool.empty()) {
            due = append_speech(output, due, pace);
        } else {
            const auto half = output.arguments.size() / 2;
            pieces_.push_back({due, Kind::arguments, output.arguments.substr(0, half)});
            pieces_.push_back({due, Kind::arguments, output.arguments.substr(half)});
        }
        pieces_.push_back({due, Kind::end});
    }
    advance(now);
}

// Chunks of sound with their share of the words. Gives when the last of them was made.
RealtimeResponse::Moment RealtimeResponse::append_speech(const RealtimeOutput& output, Moment due, Pace pace) {
    const auto& [text, audio, tool, arguments] = output;
    if (!speaks_) {
        pieces_.push_back({due, Kind::words, text});
        return due;
    }
    const auto step = format_.bytes_of(pace.chunk);
    const auto chunks = std::max<std::size_t>((audio.size() + step - 1) / step, 1);
    std::size_t said = 0;
    for (std::size_t i = 0; i < chunks; ++i) {
        // Words are never cut in the middle.
        auto to = i + 1 == chunks ? text.size() : text.find(' ', text.size() * (i + 1) / chunks);
        to = std::min(to, text.size());
        if (to > said) pieces_.push_back({due, Kind::words, text.substr(said, to - said)});
        said = std::max(said, to);
        auto chunk = audio.substr(i * step, step);
        if (pace.speed > 0)
            due += std::chrono::duration_cast<Moment::duration>(format_.time_of(chunk.size()) / pace.speed);
        if (!chunk.empty()) pieces_.push_back({due, Kind::audio, std::move(chunk)});
    }
    return due;
}

void RealtimeResponse::advance(Moment now) {
    if (!filled_ || done_) return;
    while (!pieces_.empty() && pieces_.front().due <= now) {
        auto piece = std::move(pieces_.front());
        pieces_.pop_front();
        perform(piece);
    }
    if (pieces_.empty()) end("completed", nullptr);
}

std::optional<RealtimeResponse::Moment> RealtimeResponse::next_due() const {
    if (pieces_.empty()) return std::nullopt;
    return pieces_.front().due;
}

void RealtimeResponse::perform(const Piece& piece) {
    switch (piece.kind) {
        case Kind::begin:
            return begin_item();
        case Kind::audio: {
            item_audio_ += format_.time_of(piece.data.size());
            spoken_ += format_.time_of(piece.data.size());
            if (auto* kept = to_.conversation->find((*item_)["id"])) kept->audio = item_audio_;
            auto event = about_part("response.output_audio.delta");
            event["delta"] = audio::encode_base64(piece.data);
            return to_.emit(std::move(event));
        }
        case Kind::words: {
            said_ += piece.data;
            auto event = about_part(speaks_ ? "response.output_audio_transcript.delta" : "response.output_text.delta");
            event["delta"] = piece.data;
            return to_.emit(std::move(event));
        }
        case Kind::arguments: {
            said_ += piece.data;
            auto event = about_part("response.function_call_arguments.delta");
            event["delta"] = piece.data;
            event["call_id"] = (*item_)["call_id"];
            return to_.emit(std::move(event));
        }
        case Kind::end:
            return end_item("completed");
    }
}

Json RealtimeResponse::about_part(const char* type) const {
    Json event{{"type", type}, {"response_id", id_}, {"item_id", (*item_)["id"]}, {"output_index", index_}};
    if ((*item_)["type"] == "message") event["content_index"] = 0;
    return event;
}

Json RealtimeResponse::part(bool with_text) const {
    Json part{{"type", speaks_ ? "audio" : "text"}};
    part[speaks_ ? "transcript" : "text"] = with_text ? said_ : "";
    return part;
}

void RealtimeResponse::begin_item() {
    const auto& output = outputs_.at(index_);
    said_.clear();
    item_audio_ = {};
    item_ = {{"id", to_.new_id("item_")}, {"object", "realtime.item"}, {"status", "in_progress"}};
    if (output.tool.empty())
        item_->update({{"type", "message"}, {"role", "assistant"}, {"content", Json::array()}});
    else
        item_->update(
            {{"type", "function_call"}, {"name", output.tool}, {"call_id", to_.new_id("call_")}, {"arguments", ""}});
    to_.emit(
        {{"type", "response.output_item.added"}, {"response_id", id_}, {"output_index", index_}, {"item", *item_}});
    if (in_conversation()) {
        auto previous = to_.conversation->insert(*item_);
        to_.emit({{"type", "conversation.item.added"}, {"previous_item_id", previous}, {"item", *item_}});
    }
    if (!output.tool.empty()) return;
    auto event = about_part("response.content_part.added");
    event["part"] = part(false);
    to_.emit(std::move(event));
}

void RealtimeResponse::end_item(const std::string& status) {
    auto& item = *item_;
    item["status"] = status;
    if (item["type"] == "function_call") {
        item["arguments"] = said_;
        auto event = about_part("response.function_call_arguments.done");
        event.update({{"call_id", item["call_id"]}, {"name", item["name"]}, {"arguments", said_}});
        to_.emit(std::move(event));
    } else {
        if (speaks_) to_.emit(about_part("response.output_audio.done"));
        auto words = about_part(speaks_ ? "response.output_audio_transcript.done" : "response.output_text.done");
        words[speaks_ ? "transcript" : "text"] = said_;
        to_.emit(std::move(words));
        auto done = about_part("response.content_part.done");
        done["part"] = part(true);
        to_.emit(std::move(done));
        auto content = part(true);
        content["type"] = speaks_ ? "output_audio" : "output_text";
        item["content"] = Json::array({content});
    }
    if (auto* kept = to_.conversation->find(item["id"])) {
        kept->json = item;
        Json previous = nullptr;
        for (const auto& one : to_.conversation->items()) {
            if (one.json["id"] == item["id"]) break;
            previous = one.json["id"];
        }
        to_.emit({{"type", "conversation.item.done"}, {"previous_item_id", previous}, {"item", item}});
    }
    to_.emit({{"type", "response.output_item.done"}, {"response_id", id_}, {"output_index", index_}, {"item", item}});
    shown_["output"].push_back(item);
    item_.reset();
    ++index_;
}

void RealtimeResponse::cut(const std::string& status, const std::string& reason, const Json& error) {
    pieces_.clear();
    if (item_) end_item("incomplete");
    Json details{{"type", status}};
    if (!reason.empty()) details["reason"] = reason;
    if (!error.is_null()) details["error"] = error;
    end(status, std::move(details));
}

Json RealtimeResponse::usage() const {
    long text = 0;
    for (const auto& item : shown_["output"]) {
        text += tokens_of(item.value("arguments", ""));
        for (const auto& part : item.value("content", Json::array()))
            text += tokens_of(part.value("text", "")) + tokens_of(part.value("transcript", ""));
    }
    const long audio = spoken_.count() / 50;
    const long text_in = input_tokens_["text"].get<long>() + instructions_tokens_;
    const long audio_in = input_tokens_["audio"];
    return {{"total_tokens", text_in + audio_in + text + audio},
            {"input_tokens", text_in + audio_in},
            {"output_tokens", text + audio},
            {"input_token_details",
             {{"text_tokens", text_in},
              {"audio_tokens", audio_in},
              {"image_tokens", 0},
              {"cached_tokens", 0},
              {"cached_tokens_details", {{"text_tokens", 0}, {"audio_tokens", 0}, {"image_tokens", 0}}}}},
            {"output_token_details", {{"text_tokens", text}, {"audio_tokens", audio}}}};
}

void RealtimeResponse::end(const std::string& status, Json details) {
    done_ = true;
    shown_["status"] = status;
    shown_["status_details"] = std::move(details);
    shown_["usage"] = usage();
    to_.emit({{"type", "response.done"}, {"response", shown_}});
    to_.emit({{"type", "rate_limits.updated"},
              {"rate_limits",
               {{{"name", "requests"}, {"limit", 1000}, {"remaining", 999}, {"reset_seconds", 0.06}},
                {{"name", "tokens"}, {"limit", 100'000}, {"remaining", 99'000}, {"reset_seconds", 0.6}}}}});
}

}  // namespace switchhook::sim
