--[[
Keeps stored answers in a lane. A final answer never changes, so writing one again changes nothing.

KEYS[i]        one a stored answer
ARGV[2i-1,2i]  its text, how long it is kept (ms; 0 = for good)
Returns        how many
]]
for i, key in ipairs(KEYS) do
  local text, keep_ms = ARGV[2 * i - 1], ARGV[2 * i]
  if keep_ms == '0' then redis.call('SET', key, text) else redis.call('SET', key, text, 'PX', keep_ms) end
end
return #KEYS
