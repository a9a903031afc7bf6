--[[
Answers one ask: a claim, a wish to join, a request beside the line, a search for a place, or a look into the ledger.
The ledger comes first: what it knows costs nothing. Limits are charged once, when somebody gets a place or goes straight
in: all of them or none. Results: kind, then of its place line, number and returns, then what else belongs to the kind, then
what each charged limit has left: what a kind does not have is left out (redis-exchange-reply.ts).
]]
local ENTER, AT_DOOR, WAIT, LIMITED, INSIDE, SHUT, FULL, PASS, NONE, RECORDED, UNTRUSTED, ENTER_JOINED, BARRED, ENTER_DIRECTLY =
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
local CLAIM, BESIDE, FIND, RECALL, REFUND, SPARE = 1, 2, 3, 4, 5, 6
-- Added to an ask's kind: what follows its claimant, in this order.
local WITH_TICKET, WITH_CHARGES, WITH_LEDGER, WITH_SEAT = 8, 16, 32, 64
-- Brings nothing: a limit that is kept elsewhere has refused.
local IS_BARRED = 128

local function push(c, kind, place, detail, more)
  local out = c.reply
  out[#out + 1] = kind
  if place then
    local at = #out
    out[at + 1] = place.line
    out[at + 2] = place.number
    out[at + 3] = place.returns
  end
  if detail then out[#out + 1] = detail end
  if more then out[#out + 1] = more end
end

local function push_left(c, ask, kind, place, detail, more)
  push(c, kind, place, detail, more)
  local out, charges = c.reply, ask.charges
  for i = 1, #charges, 2 do
    local limit = charges[i + 1]
    out[#out + 1] = gcra_remaining(c.tats[charges[i]], c.now_ns, limit.interval, limit.tolerance)
  end
end

-- A negative cost gives tokens back.
local function charge_all(c, ask, cost)
  local charges, tats = ask.charges, c.tats
  for i = 1, #charges, 2 do
    local key = charges[i]
    tats[key] = gcra_charged(tats[key], c.now_ns, charges[i + 1].interval, cost)
    c.charged[key] = true
  end
end

-- Once a call, however many asks share a bucket; one that is full is an absent one.
local function save_buckets(c)
  for key in pairs(c.charged) do
    local left_ns = c.tats[key] - c.now_ns
    if left_ns > 0 then redis.call('SET', key, whole(c.tats[key]), 'PX', whole(math.ceil(left_ns / 1000000)))
    else redis.call('DEL', key) end
  end
end

-- Whoever was at the service before and does not know how it ended has been called, whoever waits now.
local function goes_again(ask)
  return ask.kind == CLAIM and ask.ledger and ask.ledger.repeats ~= ''
end

-- Whoever enters, or is held at the door, owns an entry, a unit of the budget, and a seat.
local function has_unit(c, ask)
  return may_sit(c, ask) and (not ask.ledger or may_open(c, ask.ledger))
end

local function own_entry(c, ask)
  take_seat(c, ask)
  if ask.ledger then open_claim(c, ask.ledger) end
end

local function serve(c, ask, place, joined)
  if ask.kind == CLAIM and is_inside(c, place) then return push(c, INSIDE, place) end
  if ask.kind ~= CLAIM or not (is_called(c, place) or goes_again(ask)) then return push_left(c, ask, WAIT, place, joined and 1 or 0) end
  if not has_unit(c, ask) then
    stand_at_door(c, place)
    return push_left(c, ask, WAIT, place, joined and 1 or 0)
  end
  own_entry(c, ask)
  local depart = take_permit(c)
  if not depart then
    stand_at_door(c, place)
    return push_left(c, ask, AT_DOOR, place, joined and 1 or 0)
  end
  enter(c, place)
  return push_left(c, ask, joined and ENTER_JOINED or ENTER, place, depart)
end

local function limited(c, ask)
  local charges = ask.charges
  for i = 1, #charges, 2 do
    local limit = charges[i + 1]
    local wait = gcra_wait_ns(c.tats[charges[i]], c.now_ns, limit.interval, limit.tolerance)
    if wait > 0 then
      push_left(c, ask, LIMITED, nil, limit.index, math.ceil(wait / 1000000))
      return true
    end
  end
  return false
end

-- How many more people the door has use for; the law of calling for one newcomer.
local function wanted(c)
  if not c.settings.open then return 0 end
  local use = math.min(door_tokens(c) + c.settings.lead_ms * 1000000 / c.settings.door_interval, room_left(c))
  return use - c.state.expected - c.at_door
end

local function is_idle(c)
  return waiting(c.state) == 0 and c.at_door == 0 and c.state.expected < 1
end

local function enter_directly(c, ask, depart)
  own_entry(c, ask)
  enter(c, nil)
  charge_all(c, ask)
  return push_left(c, ask, ENTER_DIRECTLY, nil, depart)
end

-- Of a lower class: it takes what nobody else wants, and never a place in line.
local function spare(c, ask)
  local depart = is_idle(c) and has_unit(c, ask) and take_permit(c, c.settings.reserve_ns)
  if depart then return enter_directly(c, ask, depart) end
  return push(c, SHUT)
end

local function newcomer(c, ask)
  local state, settings = c.state, c.settings
  if ask.kind == CLAIM and (is_idle(c) or not settings.queue or goes_again(ask)) and has_unit(c, ask) then
    local depart = take_permit(c)
    if depart then return enter_directly(c, ask, depart) end
  end
  if not settings.queue or goes_again(ask) then return push(c, SHUT) end
  if waiting(state) >= settings.max_waiting then return push(c, FULL) end
  local alone = waiting(state) == 0
  charge_all(c, ask)
  local place = issue(c, ask.claimant, 0, 0)
  if alone and ask.kind == CLAIM and wanted(c) >= 1 then state.head0 = state.tail0 end
  return serve(c, ask, place, true)
end

local function answer(c, ask)
  if ask.kind == REFUND then
    charge_all(c, ask, -1)
    return push(c, NONE)
  end
  if ask.ledger then
    if c.outdated then return push(c, UNTRUSTED) end
    local text = recorded(c, ask.ledger)
    if text then return push(c, RECORDED, nil, text) end
    if c.halted then return push(c, UNTRUSTED) end
  end
  if ask.kind == RECALL then return push(c, NONE) end
  if ask.kind ~= BESIDE and ask.kind ~= SPARE then
    local place = place_of(c, ask.claimant, ask.ticket)
    if place then return serve(c, ask, place, false) end
    if ask.kind == FIND then return push(c, NONE) end
  end
  if ask.barred then return push_left(c, ask, BARRED) end
  if limited(c, ask) then return end
  if ask.kind == SPARE then return spare(c, ask) end
  if ask.kind ~= BESIDE then return newcomer(c, ask) end
  charge_all(c, ask)
  return push_left(c, ask, PASS)
end
