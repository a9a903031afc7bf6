--[[
Takes what was answered to a claim out of its entries, one an era: that it was answered, and how it ended, stays. The
entry of a claim that is open is left alone, and so are all others then.

KEYS        line, audit, the entries
ARGV        'look', or 'erase', revision it is made from, record, hash of the record, records kept
Returns     erased | none (no answer is kept) | open | stale (the revision was another)
]]
--#include arguments

local line, audit = KEYS[1], KEYS[2]
local erased = {}
for i = 3, #KEYS do
  local text = redis.call('GET', KEYS[i])
  if text and string.match(text, '^[iu]') then return 'open' end
  local head = text and string.match(text, '^([gr][^\n]*\n[^\n]*\n%d%d%d)[tbx]\n')
  local left = head and head .. 'x\n\n'
  if left and left ~= text then erased[KEYS[i]] = left end
end
local found = next(erased) and 'erased' or 'none'
if next_text() == 'look' then return found end

local from, record, head, records_kept = next_number(), next_text(), next_text(), next_number()
if tonumber(redis.call('HGET', line, 'settings') or 0) ~= from then return 'stale' end
for key, text in pairs(erased) do redis.call('SET', key, text, 'KEEPTTL') end
redis.call('HSET', line, 'settings', string.format('%.0f', from + 1), 'auditHead', head)
redis.call('RPUSH', audit, record)
redis.call('LTRIM', audit, -records_kept, -1)
return found
