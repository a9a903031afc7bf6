--[[
The one call between a gateway and the store (exchange.ts names what travels). Runs later than not_after: does
nothing. Merges what the gateway knows before anything else.

KEYS[1..14] slots, line, who, came0, came1, spent0, spent1, door, inside, units, marks, seats, boarding, ends; then, in the order of reading,
            one a settled claim, and of each ask one a charged bucket and one for its entry in the ledger
ARGV        as read below
Returns     {0, now} when late; else {1, view..., permits..., {results...}}
]]
--#include store-time
--#include arguments
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

local now_us = store_time_us(next_text())
local gateway, fresh_generation, not_after = next_text(), next_text(), next_number()
if not_after > 0 and now_us > not_after then return { 0, whole(now_us) } end

local settings = {
  door_interval = next_number(), door_tolerance = next_number(), horizon_us = next_number(),
  slots = next_number(), slot_lease_us = next_number() * 1000, open = next_number() == 1, queue = next_number() == 1,
  max_waiting = next_number(), grace_ms = next_number(), lead_ms = next_number(), dwell_ms = next_number(),
  poll_max_ms = next_number(),
  door_stay_us = next_number() * 1000, skip = next_number(), ledger = next_number() == 1, budget = next_number(),
  claim_lease_us = next_number() * 1000, strict = next_number() == 1, revision = next_number(),
  draw_at_us = next_number(), lot_key = next_text(), reserve_ns = next_number(),
  pace_on = next_number() == 1, pace_configured = next_number(), pace_least = next_number(),
  max_active = next_number(), session_ttl_us = next_number() * 1000, places_away = next_number() == 1,
}
local known = {
  epoch = next_number(), generation = next_text(), head0 = next_number(), head1 = next_number(),
  tail0 = next_number(), tail1 = next_number(), door_tat = next_number(), door_interval = next_number(),
  taken = next_number(), released = next_number(),
  era = next_number(), granted = next_number(), granted_before = next_number(), attempts = next_number(), held = next_number(), unknown = next_number(), soldOut = next_number(),
  losses = next_number(), confirmed = next_number(),
  lot_key = next_text(), lot_from = next_number(), lot_to = next_number(),
  pace_rate = next_number(), pace_revision = next_number(),
  seats = next_number(), ends_us = next_number(), sessions_ended = next_number(),
}
local allowance = next_number()
local health = { served = next_number(), dropped = next_number(), rest_us = next_number() }
local c = {
  keys = { line = KEYS[2], who = KEYS[3], came = { [0] = KEYS[4], KEYS[5] }, spent = { [0] = KEYS[6], KEYS[7] },
    door = KEYS[8], inside = KEYS[9], units = KEYS[10], marks = KEYS[11],
    seats = KEYS[12], boarding = KEYS[13], ends = KEYS[14] },
  settings = settings, allowance = allowance, now_us = now_us, now_ns = now_us * 1000, reply = {}, entries = {}, written = {}, tats = {},
  charged = {}, claims = {}, turns = {},
}
local key_at = 14
local function next_key()
  key_at = key_at + 1
  return KEYS[key_at]
end
local function name_of(key) return string.match(key, '[^:]+$') end
local loaded
c.state, loaded = load_line(c.keys.line)
if known.epoch > c.state.epoch then begin_epoch(c.state, c.keys, known.epoch) end
if settings.revision < c.state.settings then settings.open = false end
c.slots = open_slots(KEYS[1], gateway, known.taken, known.released, now_us, settings.slot_lease_us, settings.slots)
c.at_door = redis.call('ZCARD', c.keys.door)
c.held = redis.call('ZCARD', c.keys.units)
local loss, stranger = merge_line(c.state, known, fresh_generation, settings.skip)
merge_claims(c, known, loss, stranger)
open_seats(c)
merge_seats(c, known, loss, stranger)
merge_lottery(c.state, known)
draw(c, known)
if c.halted then settings.open = false end
load_pace(c, known, health)
open_door(c, known)

for _ = 1, next_number() do enter(c, parse_place(next_text())) end
for _ = 1, next_number() do leave_door(c, parse_place(next_text())) end
for _ = 1, next_number() do spend(c, next_text(), parse_place(next_text())) end
for _ = 1, next_number() do retain(c, next_text(), parse_place(next_text())) end
for _ = 1, next_number() do
  local key = next_key()
  settle_claim(c, read_settlement(key, name_of(key), next_text()))
end
for _ = 1, next_number() do note_sign(c, next_text(), next_text()) end
for _ = 1, next_number() do settle_seat(c, next_text(), next_text(), next_number() == 1) end
local replays = next_number()
if not c.outdated then c.state.replayed = c.state.replayed + replays end
c.pace.served, c.pace.dropped = c.pace.served + health.served, c.pace.dropped + health.dropped

local ticked = false
if next_number() == 1 then ticked = tick(c, door_tokens(c)) end

local permits = {}
for _ = 1, next_number() do
  local depart = take_permit(c)
  if not depart then break end
  permits[#permits + 1] = depart
end

local limits = {}
for i = 1, next_number() do limits[i] = { interval = next_number(), tolerance = next_number() } end
local asks, ledgers, buckets = {}, {}, {}
for i = 1, next_number() do
  local brings = next_number()
  local ask = { kind = brings % 8, claimant = next_text(), charges = NO_CHARGES, seat = '' }
  if bit.band(brings, WITH_TICKET) ~= 0 then ask.ticket = parse_place(next_text()) end
  if bit.band(brings, WITH_CHARGES) ~= 0 then
    local mask = next_number()
    ask.charges = {}
    for j = 1, #limits do
      if mask % 2 == 1 then
        local key = next_key()
        buckets[#buckets + 1] = key
        ask.charges[#ask.charges + 1] = { key = key, interval = limits[j].interval, tolerance = limits[j].tolerance, limit = j - 1 }
      end
      mask = math.floor(mask / 2)
    end
  end
  if bit.band(brings, WITH_LEDGER) ~= 0 then
    local key = next_key()
    ask.ledger = read_ask(key, name_of(key), next_text())
    ledgers[#ledgers + 1] = ask.ledger
  end
  if bit.band(brings, WITH_SEAT) ~= 0 then ask.seat = next_text() end
  if bit.band(brings, IS_BARRED) ~= 0 then ask.barred = true end
  asks[i] = ask
end
if #asks > 0 then
  local claimants = {}
  for i, ask in ipairs(asks) do claimants[i] = ask.claimant end
  if not settings.places_away then
    local texts = redis.call('HMGET', c.keys.who, unpack(claimants))
    for i, claimant in ipairs(claimants) do c.entries[claimant] = read_entry(texts[i]) end
  end
  if #buckets > 0 then
    local tats = redis.call('MGET', unpack(buckets))
    for i, key in ipairs(buckets) do c.tats[key] = tonumber(tats[i] or 0) end
  end
  read_claims(c, ledgers)
  for _, ask in ipairs(asks) do answer(c, ask) end
  save_entries(c)
  save_buckets(c)
end

save_pace(c)
save_line(c.keys.line, c.state, loaded)
save_slots(c.slots, now_us)
local state = c.state
local reply = { 1, whole(now_us), line_ms(state, now_us), state.epoch, state.generation, state.head0, state.head1,
  state.tail0, state.tail1, state.lapsed0, state.lapsed1, whole(state.doorTat), whole(state.doorInterval), c.at_door,
  math.floor(state.show * 1000000), math.floor(state.callsPerSecond * 1000), c.slots.alive, c.slots.taken,
  slots_in_use(c.slots), loss and 1 or 0, ticked and 1 or 0 }
for _, value in ipairs(claims_view(c)) do reply[#reply + 1] = value end
for _, value in ipairs({ state.settings, state.gaps, state.lotKey, state.lotFrom, state.lotTo,
  c.pace.rate, c.pace.revision, whole(c.pace.rest) }) do reply[#reply + 1] = value end
reply[#reply + 1] = seats_taken(c)
reply[#reply + 1] = whole(state.sessionsEnded)
local ends = ends_since(c, known.ends_us)
reply[#reply + 1] = #ends / 2
for _, value in ipairs(ends) do reply[#reply + 1] = value end
reply[#reply + 1] = #permits
for _, depart in ipairs(permits) do reply[#reply + 1] = depart end
reply[#reply + 1] = c.reply
return reply
