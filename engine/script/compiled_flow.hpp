#pragma once

#include "script/flow.hpp"
#include "script/setting.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace switchhook::script {

struct FlowCoverage;

struct Chunk {
    std::string name;  // "@lexi/flow.lua"
    std::string bytecode;
};

struct Flow::Compiled {
    Bundle bundle;
    std::string version;
    Chunk main;
    std::map<std::string, Chunk, std::less<>> modules;
    std::set<std::string, std::less<>> handlers;
    core::Json settings = core::Json::object();  // by name, what they are where nobody sets them
    DeclaredSettings declared;
    core::Json fallback;
    bool checked = false;                    // it was run, and nothing was wrong
    std::shared_ptr<FlowCoverage> coverage;  // null: nothing is counted
};

}  // namespace switchhook::script
