-- Every Lua file here runs in LuaJIT, in the engine's sandbox.
std = "luajit"
max_line_length = 132
max_comment_line_length = false

globals = { "http", "kv", "log", "sleep", "sms" }

-- The verbs are defined as methods whether or not they look at the call.
files["scripts/*.lua"] = { self = false }
files["**/*_test.lua"] = { read_globals = { "at", "clock", "dial", "network", "queue", "refer", "store", "test", "texter" } }
