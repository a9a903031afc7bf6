--[[
Reads or changes what operators have set for a campaign: overrides and revision in the hash of its line, records in a
list. A change counts the revision up by one, and is made onto the revision it was made from or not at all.

KEYS        line, who, door, audit, units, marks, seats
ARGV[1]     'read'
         or 'amend', revision it was made from, overrides, hash of the record, record, what begins anew (nothing, epoch,
            era: ledger and budget too, if no claim is open), records kept,
            how many are called ahead of their time
         or 'restore', revision, overrides, hash: for a store that has an older revision than a gateway
Returns     {done (1, 0: the revision was another, 2: claims are open), revision, overrides, hash of the newest record}
]]
--#include store-time
--#include arguments
--#include claims
--#include line-state
--#include advance

local line, audit = KEYS[1], KEYS[4]
local function current()
  local values = redis.call('HMGET', line, 'settings', 'overrides', 'auditHead')
  return tonumber(values[1] or 0), values[2] or '', values[3] or ''
end

local function keep(revision, overrides, head)
  redis.call('HSET', line, 'settings', whole(revision), 'overrides', overrides, 'auditHead', head)
end

local function amend(revision)
  local from, overrides, head, record = next_number(), next_text(), next_text(), next_text()
  local begins, records_kept, calls = next_text(), next_number(), next_number()
  if from ~= revision then return 0 end
  local keys = { line = line, who = KEYS[2], door = KEYS[3], units = KEYS[5], marks = KEYS[6], seats = KEYS[7] }
  local state, loaded = load_line(line)
  if begins == 'era' and (redis.call('ZCARD', keys.units) > 0 or unknown_lost(state) > 0) then return 2 end
  keep(from + 1, overrides, head)
  redis.call('RPUSH', audit, record)
  redis.call('LTRIM', audit, -records_kept, -1)
  if begins == 'nothing' and calls == 0 then return 1 end
  if begins == 'era' then begin_era(state, keys, state.era + 1) end
  if begins ~= 'nothing' then begin_epoch(state, keys, state.epoch + 1) end
  if calls > 0 then call_ahead({ state = state, keys = keys, now_us = store_time_us('') }, calls) end
  state.settings = from + 1
  save_line(line, state, loaded)
  return 1
end

local function restore(revision)
  local known, overrides, head = next_number(), next_text(), next_text()
  if known <= revision then return 0 end
  keep(known, overrides, head)
  return 1
end

local order, done = next_text(), 1
if order == 'amend' then done = amend((current())) elseif order == 'restore' then done = restore((current())) end
local revision, overrides, head = current()
return { done, revision, overrides, head }
