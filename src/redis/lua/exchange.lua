--[[
The one call between a gateway and the store (exchange.ts names what travels). Runs later than not_after: does
nothing. Merges what the gateway knows before anything else.

KEYS[1..14] slots, line, who, came0, came1, spent0, spent1, door, inside, units, marks, seats, boarding, ends; then, in the order of reading,
            one a settled claim, and of each ask one a charged bucket and one for its entry in the ledger
ARGV[1]     store time (us; '' = this server's)
ARGV[2,3]   the campaign's settings and the call, as JSON: redis-exchange-call.ts names their members
ARGV[4..]   of each settled claim the entry's own text
Returns     {0, now} when late; else {1, view..., permits..., {results...}}
]]
--#include store-time
--#include place-text
--#include gcra
--#include slots
--#include claims
--#include line-state
--#include lottery
--#include seats
--#include places
--#include pace
--#include door
--#include advance
--#include patience
--#include tick
--#include asks

local now_us = store_time_us(ARGV[1])
local settings, call = cjson.decode(ARGV[2]), cjson.decode(ARGV[3])
if call.not_after > 0 and now_us > call.not_after then return { 0, whole(now_us) } end

local known, NONE = call.known, {}
local c = {
  keys = { line = KEYS[2], who = KEYS[3], came = { [0] = KEYS[4], KEYS[5] }, spent = { [0] = KEYS[6], KEYS[7] },
    door = KEYS[8], inside = KEYS[9], units = KEYS[10], marks = KEYS[11],
    seats = KEYS[12], boarding = KEYS[13], ends = KEYS[14] },
  settings = settings, allowance = call.allowance, now_us = now_us, now_ns = now_us * 1000, reply = {}, entries = {}, written = {}, tats = {},
  charged = {}, claims = {}, opened = {}, turns = {},
}
local loaded
c.state, loaded = load_line(c.keys.line)
if known.epoch > c.state.epoch then begin_epoch(c.state, c.keys, known.epoch) end
if settings.revision < c.state.settings then settings.open = false end
c.slots = open_slots(KEYS[1], call.gateway, known.taken, known.released, now_us, settings.slot_lease_us, settings.slots)
c.at_door = redis.call('ZCARD', c.keys.door)
c.held = redis.call('ZCARD', c.keys.units)
local loss, stranger = merge_line(c.state, known, call.fresh_generation, settings.skip)
merge_claims(c, known, loss, stranger)
open_seats(c)
merge_seats(c, known, loss, stranger)
merge_lottery(c.state, known)
draw(c, known)
if c.halted then settings.open = false end
load_pace(c, known, call.health)
open_door(c, known)

local key_at, name_from = 14, nil
local function next_key()
  key_at = key_at + 1
  return KEYS[key_at]
end
-- The name of an entry of the ledger is the end of its key. All have the same beginning.
local function name_of(key)
  name_from = name_from or #key - #string.match(key, '[^:]+$') + 1
  return string.sub(key, name_from)
end

-- Events come first. (A function of its own would be made anew for each call: what is said once stands here.)
do
  for _, text in ipairs(call.entered or NONE) do enter(c, parse_place(text)) end
  for _, text in ipairs(call.gone or NONE) do leave_door(c, parse_place(text)) end
  local words = call.spent or NONE
  for i = 1, #words, 2 do spend(c, words[i], parse_place(words[i + 1])) end
  words = call.retained or NONE
  for i = 1, #words, 2 do retain(c, words[i], parse_place(words[i + 1])) end
  local settled = {}
  words = call.settled or NONE
  for i = 1, #words, 7 do
    local key, at = next_key(), #settled + 1
    settled[at] = { key = key, name = name_of(key), attempt = words[i], outcome = words[i + 1], keep_ms = words[i + 2],
      mark_ms = words[i + 3], counts = words[i + 4] == 1, generation = words[i + 5], era = words[i + 6], text = ARGV[at + 3] }
  end
  settle_claims(c, settled)
  words = call.signs or NONE
  for i = 1, #words, 2 do note_sign(c, words[i], words[i + 1]) end
  words = call.seats or NONE
  for i = 1, #words, 3 do settle_seat(c, words[i], words[i + 1], words[i + 2]) end
  if not c.outdated then c.state.replayed = c.state.replayed + call.replays end
  c.pace.served, c.pace.dropped = c.pace.served + call.health.served, c.pace.dropped + call.health.dropped
end

local ticked = call.tick and tick(c, door_tokens(c))
local permits = {}
for _ = 1, call.permits do
  local depart = take_permit(c)
  if not depart then break end
  permits[#permits + 1] = depart
end

local words = call.asks or NONE
if #words > 0 then
  local limits, asks, claimants, ledgers, buckets, at = call.limits or NONE, {}, {}, {}, {}, 1
  while at < #words do
    local brings, claimant, ticket, ledger, charges, seat = words[at], words[at + 1], nil, nil, NONE, ''
    at = at + 2
    if bit.band(brings, WITH_TICKET) ~= 0 then
      ticket = parse_place(words[at])
      at = at + 1
    end
    if bit.band(brings, WITH_CHARGES) ~= 0 then
      local mask = words[at]
      at, charges = at + 1, {}
      for j = 1, #limits do
        if mask % 2 == 1 then
          local key, last = next_key(), #charges
          buckets[#buckets + 1] = key
          charges[last + 1], charges[last + 2] = key, limits[j]
        end
        mask = math.floor(mask / 2)
      end
    end
    if bit.band(brings, WITH_LEDGER) ~= 0 then
      local key = next_key()
      ledger = { key = key, name = name_of(key), attempt = words[at], repeats = words[at + 1], memo = words[at + 2] }
      ledgers[#ledgers + 1] = ledger
      at = at + 3
    end
    if bit.band(brings, WITH_SEAT) ~= 0 then
      seat = words[at]
      at = at + 1
    end
    claimants[#claimants + 1] = claimant
    asks[#asks + 1] = { kind = brings % 8, claimant = claimant, ticket = ticket, charges = charges, ledger = ledger, seat = seat,
      barred = bit.band(brings, IS_BARRED) ~= 0 }
  end
  if not settings.places_away then
    local texts = redis.call('HMGET', c.keys.who, unpack(claimants))
    for i = 1, #asks do c.entries[claimants[i]] = read_entry(texts[i]) end
  end
  if #buckets > 0 then
    local tats = redis.call('MGET', unpack(buckets))
    for i = 1, #buckets do c.tats[buckets[i]] = tonumber(tats[i] or 0) end
  end
  read_claims(c, ledgers)
  for i = 1, #asks do answer(c, asks[i]) end
  save_entries(c)
  save_buckets(c)
  save_units(c)
end

save_pace(c)
save_line(c.keys.line, c.state, loaded)
save_slots(c.slots, now_us)
local state, pace = c.state, c.pace
local reply = { 1, whole(now_us), line_ms(state, now_us), state.epoch, state.generation, state.head0, state.head1,
  state.tail0, state.tail1, state.lapsed0, state.lapsed1, whole(state.doorTat), whole(state.doorInterval), c.at_door,
  math.floor(state.show * 1000000), math.floor(state.callsPerSecond * 1000), c.slots.alive, c.slots.taken,
  slots_in_use(c.slots), loss and 1 or 0, ticked and 1 or 0,
  state.era, whole(state.granted), whole(state.attempts), c.held, state.soldOut, state.losses, state.confirmed,
  unknown_now(c), lost_units(c), count_signs(state),
  state.settings, state.gaps, state.lotKey, state.lotFrom, state.lotTo, pace.rate, pace.revision, whole(pace.rest),
  seats_taken(c), whole(state.sessionsEnded) }
local ends = ends_since(c, known.ends_us)
reply[#reply + 1] = #ends / 2
for _, value in ipairs(ends) do reply[#reply + 1] = value end
reply[#reply + 1] = #permits
for _, depart in ipairs(permits) do reply[#reply + 1] = depart end
reply[#reply + 1] = c.reply
return reply
