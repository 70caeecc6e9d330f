#pragma once

#include "core/json.hpp"
#include "sim/carrier.hpp"

namespace switchhook::sim {

// How a call stands, in the form that scripts/scenario.lua looks at:
// {id, heard, whispered, state, over, waits = {kind, digits, speech, to, name}}, the last two only where they apply.
core::Json snapshot(CarrierCall& call);

}  // namespace switchhook::sim
