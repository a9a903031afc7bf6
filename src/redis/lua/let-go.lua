--[[
Lets go of stored answers that a lane keeps now. They stay for a moment: a claim may have looked into the lane just
before. Whoever holds an entry that is open again keeps it.

KEYS[i]  one an entry of the ledger
ARGV[1]  how long it stays (ms)
Returns  how many
]]
local count = 0
for i, text in ipairs(redis.call('MGET', unpack(KEYS))) do
  if text and string.find(text, '^[gr]') then count = count + redis.call('PEXPIRE', KEYS[i], ARGV[1], 'LT') end
end
return count
