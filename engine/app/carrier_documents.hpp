#pragma once

#include "script/flow_tester.hpp"

namespace switchhook::app {

// Makes for flow tests the documents that Twilio would be sent. What differs from call to call stands in them as
// scripts/test_whole.lua says.
script::RenderDocument carrier_documents();

}  // namespace switchhook::app
