--[[
Writes places into a lane, or takes them away: each only if the claimant has still the place that was seen.

KEYS[1]   who
ARGV[1]   how long they are kept after the last change (ms)
ARGV      then of each: claimant, place that was seen ('line.number'; '' = none), place from now on ('' = none)
Returns   of each: the place that is there now ('' = none)
]]
local who, reply, changes = KEYS[1], {}, {}
for i = 2, #ARGV, 3 do
  local claimant, seen, text = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local now = changes[claimant] or redis.call('HGET', who, claimant) or ''
  if (string.match(now, '^%d%.%d+') or '') == seen then
    now, changes[claimant] = text, text
    if text == '' then redis.call('HDEL', who, claimant) else redis.call('HSET', who, claimant, text) end
  end
  reply[#reply + 1] = now
end
redis.call('PEXPIRE', who, ARGV[1])
return reply
