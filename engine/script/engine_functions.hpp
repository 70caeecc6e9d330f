#pragma once

struct lua_State;

namespace switchhook::script {

// Adds to the table on top of the stack what the engine's own scripts use beside `ask`:
//   copy(options, name, value)    a table with the fields of `options`, if that is a table, and one more
//   check(verb, class, options)   raises at the author's line what check_table has to say
//   refuse(problem)               raises it at the author's line
//   did_you_mean(word, words)     what was meant, as `did you mean "string"?`, or what there is
//   zone_time(epoch, zone)        a table as os.date("*t") gives it, with `offset` (s) and `zone` ("EST")
//   zone_epoch(fields, zone)      the moment of such a table; hour 12, min 0, sec 0 where they are missing
//   phone(text, country)          a table of what read_phone_number tells, or nil and why it is no number
// Those for zones raise at the author's line for an unknown zone.
void add_engine_functions(lua_State* L);

}  // namespace switchhook::script
