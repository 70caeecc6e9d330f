#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <type_traits>

namespace switchhook::core {

// What can be expected to go wrong, each with a sentence in errc.cpp that says what to look at.
enum class Errc {
    timed_out = 1,     // no answer within the time given
    overloaded,        // the engine is at its limit and refuses at once
    too_large,         // longer than the limit for it
    malformed,         // not of the form that the protocol asks for
    refused_address,   // an address that flows may not reach
    unreachable,       // the name does not resolve, or nobody answers there
    certificate,       // the other side's certificate does not check out
    already_answered,  // another copy of this step was journaled first
    not_found,         // there is no such thing
    conflict,          // a compare-and-set found another value
    closed,            // the other side ended the connection
    unavailable,       // the store cannot be reached now
};

const boost::system::error_category& category() noexcept;

inline boost::system::error_code make_error_code(Errc errc) noexcept {
    return {static_cast<int>(errc), category()};
}

template <class T>
using Result = boost::system::result<T>;

using Error = boost::system::error_code;

}  // namespace switchhook::core

template <>
struct boost::system::is_error_code_enum<switchhook::core::Errc> : std::true_type {};
