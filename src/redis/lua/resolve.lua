--[[
An operator says how an open claim ended, or what became of the units whose entries were lost while open. An attempt
that is still in its lease is left alone: its own answer may be on the way.

KEYS[1..5]  line, units, marks, the entry, audit
ARGV        store time (tests only), name of the entry ('lost': the units set aside), outcome (granted, free), text,
            how long it is kept (ms), how long the grant is remembered (ms); then what is written down of it in the
            same step: revision it is made from, record, hash of the record, records kept
Returns     resolved | none | closed | in-flight | stale (the revision was another)
]]
--#include store-time
--#include arguments
--#include claims
--#include line-state

local now_us = store_time_us(next_text())
local event = { key = KEYS[4], name = next_text(), outcome = next_text(), text = next_text(), keep_ms = next_number(),
  mark_ms = next_number(), counts = true, generation = '' }
local from, record, head, records_kept = next_number(), next_text(), next_text(), next_number()
local c = { keys = { line = KEYS[1], units = KEYS[2], marks = KEYS[3] }, now_us = now_us, held = 0, claims = {},
  settings = { claim_lease_us = 0 } }
local loaded
c.state, loaded = load_line(KEYS[1])
event.era = c.state.era
if c.state.settings ~= from then return 'stale' end

if event.name == 'lost' then
  local lost = lost_units(c)
  if lost == 0 then return 'none' end
  c.state.lostSettled = c.state.lostSeen
  if event.outcome == 'granted' then c.state.granted = c.state.granted + lost end
else
  local text = redis.call('GET', event.key)
  if not text then return 'none' end
  local open = open_of(text)
  if not open then return 'closed' end
  if open.state == 'i' and open.at >= now_us then return 'in-flight' end
  event.attempt = open.attempt
  settle_claims(c, { event })
end
c.state.settings = from + 1
save_line(KEYS[1], c.state, loaded)
redis.call('HSET', KEYS[1], 'auditHead', head)
redis.call('RPUSH', KEYS[5], record)
redis.call('LTRIM', KEYS[5], -records_kept, -1)
return 'resolved'
