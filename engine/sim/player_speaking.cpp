#include "sim/player_state.hpp"
#include "sim/url.hpp"

#include <cstdlib>

namespace switchhook::sim {
namespace {

// How long a played file is taken to last: it is never fetched.
constexpr std::chrono::milliseconds sound_length{3000};

void gather_text(pugi::xml_node node, std::string& text, std::chrono::milliseconds& breaks) {
    for (auto child : node.children()) {
        if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
            text += child.value();
        } else if (std::string_view(child.name()) == "break") {
            text += ' ';
            std::string_view time = child.attribute("time").as_string("500ms");
            auto number = std::atof(std::string(time).c_str());
            breaks += std::chrono::milliseconds(static_cast<long>(time.ends_with("ms") ? number : number * 1000));
        } else {
            gather_text(child, text, breaks);
        }
    }
}

}  // namespace

bool TwimlPlayer::State::speak_verb(pugi::xml_node node) {
    std::string_view name = node.name();
    if (name == "Say") {
        std::string text;
        milliseconds length{};
        gather_text(node, text, length);
        text = one_line(text);
        length += per_character * text.size();
        int loop = number_attribute(node, "loop", 1);
        if (!text.empty())
            emit({.kind = Kind::says,
                  .text = text,
                  .detail = node.attribute("voice").value(),
                  .duration = length * (loop == 0 ? 1000 : loop)});
    } else if (name == "Play") {
        play(node);
    } else if (name == "Pause") {
        emit({.kind = Kind::pauses, .duration = seconds(number_attribute(node, "length", 1))});
    } else {
        return false;
    }
    return true;
}

void TwimlPlayer::State::play(pugi::xml_node node) {
    if (auto digits = node.attribute("digits")) {
        milliseconds length{};
        for (char key : std::string_view(digits.value())) length += milliseconds(key == 'W' ? 1000 : 500);
        return emit({.kind = Kind::plays, .text = digits.value(), .duration = length});
    }
    auto sound = resolve_url(url, node.text().get());
    if (!sound || one_line(node.text().get()).empty()) return;
    int loop = number_attribute(node, "loop", 1);
    emit({.kind = Kind::plays, .text = *sound, .duration = sound_length * (loop == 0 ? 1000 : loop)});
}

}  // namespace switchhook::sim
