--[[ Keeps the server busy for ARGV[1] milliseconds, then counts at KEYS[1]. ]]
--#include now
local function ms()
  local t = redis.call('TIME')
  return t[1] * 1000 + t[2] / 1000
end
local from = ms()
while ms() - from < tonumber(ARGV[1]) do end
return redis.call('INCR', KEYS[1])
