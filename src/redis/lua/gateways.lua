--[[
Who was at an upstream's slots lately.

KEYS[1]  slots
Returns  for each gateway: its name, how long ago it was seen (ms), slots in use
]]
--#include store-time

local now_us, seen = store_time_us(''), {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local taken, released, seen_us = string.match(all[i + 1], '^(%d+):(%d+):(%d+):')
  seen[#seen + 1] = all[i]
  seen[#seen + 1] = math.max(0, math.floor((now_us - tonumber(seen_us)) / 1000))
  seen[#seen + 1] = math.max(0, tonumber(taken) - tonumber(released))
end
return seen
