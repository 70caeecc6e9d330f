#pragma once

#include "core/json.hpp"
#include "sim/carrier.hpp"

namespace switchhook::sim {

// How a call stands, in the form that scripts/scenario.lua looks at:
// {id, heard, whispered, state, cuts, over, waits = {kind, digits, speech, to, name}}, the last three only where they
// apply. `cuts` are the seconds that were heard of each of the assistant's items that was cut on the stream.
core::Json snapshot(CarrierCall& call);

}  // namespace switchhook::sim
