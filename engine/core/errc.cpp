#include "core/errc.hpp"

namespace switchhook::core {
namespace {

class Category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "switchhook"; }

    std::string message(int value) const override {
        switch (static_cast<Errc>(value)) {
            case Errc::timed_out:
                return "no answer in time";
            case Errc::overloaded:
                return "the engine is at its limit; see --max-connections";
            case Errc::too_large:
                return "longer than its limit";
            case Errc::malformed:
                return "not of the expected form";
            case Errc::refused_address:
                return "flows may not reach private addresses; see --allow-private-network";
            case Errc::unreachable:
                return "the host cannot be reached";
            case Errc::certificate:
                return "the server's certificate does not check out";
            case Errc::already_answered:
                return "this step was answered already";
            case Errc::not_found:
                return "not found";
            case Errc::conflict:
                return "the value has changed meanwhile";
            case Errc::closed:
                return "the other side closed the connection";
            case Errc::unavailable:
                return "the store cannot be reached";
        }
        return "unknown error";
    }
};

}  // namespace

const boost::system::error_category& category() noexcept {
    static const Category instance;
    return instance;
}

}  // namespace switchhook::core
