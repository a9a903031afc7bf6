--[[
The ledger and the budget; memory-book.ts is the same in TypeScript.
  entry   string  one a claim: 'i'lease-end or 'u'since, attempt and memo while open; 'g' or 'r' and the answer when closed
  marks   hash    claims granted, beyond the time for which their answers are kept
  units   zset    open entry -> until when it is surely in flight (us): each holds one unit of the budget
In the line's hash: era (how often all of this began anew), granted, grantedSince (those counted in these data), attempts, soldOut (odd: sold out), losses, confirmed, lossUs, lostSeen, lostSettled, lostUnknown,
replayed, signs (claimants whom a bare status told that the budget is gone).
A settlement applies if the entry still names its attempt, or is gone. Whoever has an open entry has a unit, and nobody else.
]]
local RECOVERY_US, SIGNS = 1500000, 3

local function claims_ahead(state, known)
  if known.era ~= state.era then return known.era > state.era end
  return known.granted > state.granted or known.attempts > state.attempts
end

-- Ledger and budget begin anew. The names of entries hold the era: nobody asks for older ones any more.
local function begin_era(state, keys, era)
  state.era = era
  for _, name in ipairs({ 'granted', 'grantedSince', 'attempts', 'soldOut', 'lostSeen', 'lostSettled', 'lostUnknown', 'replayed' }) do
    state[name] = 0
  end
  state.signs = ''
  redis.call('UNLINK', keys.marks, keys.units)
end

-- What was granted in data that are lost, and what has been counted since, are different grants: they add up.
local function merge_figures(c, known, loss, stranger)
  local state = c.state
  local before = stranger and math.max(known.granted, known.granted_before) or known.granted_before
  if before > 0 then state.granted = math.max(state.granted, before + state.grantedSince) end
  if stranger then
    state.lostSeen = math.max(state.lostSeen, known.held)
    state.lostUnknown = math.max(state.lostUnknown, known.unknown)
  elseif loss then state.lostSeen = math.max(state.lostSeen, known.held - c.held) end
  for _, name in ipairs({ 'granted', 'attempts', 'soldOut' }) do state[name] = math.max(state[name], known[name]) end
end

-- Whoever speaks of other data tells of a loss, once: the next one tells of the same.
local function merge_claims(c, known, loss, stranger)
  local state = c.state
  c.outdated = known.era < state.era
  if known.era > state.era then
    begin_era(state, c.keys, known.era)
    c.held = 0
  end
  if not c.outdated then merge_figures(c, known, loss, stranger) end
  for _, name in ipairs({ 'losses', 'confirmed' }) do state[name] = math.max(state[name], known[name]) end
  if stranger then loss = state.lossUs == 0 end
  if loss then state.losses, state.lossUs = state.losses + 1, c.now_us end
  c.halted = c.settings.strict and state.losses > state.confirmed
end

local function unknown_lost(state)
  return math.min(math.max(0, state.lostSeen - state.lostSettled), state.lostUnknown)
end

-- A lease after a loss, what was in flight has been settled by whoever had it; what was unknown stays set aside. Until
-- then whatever is at the service, and has no entry in these data, was lost: the slots tell how many, whoever saw them.
local function lost_units(c)
  local state = c.state
  if c.now_us < state.lossUs + c.settings.claim_lease_us then
    return math.max(0, state.lostSeen - state.lostSettled, c.slots and slots_in_use(c.slots) - c.held or 0)
  end
  return unknown_lost(state)
end

local function units_left(c)
  local budget, state = c.settings.budget, c.state
  if budget == 0 then return math.huge end
  if state.lossUs > 0 and c.now_us < state.lossUs + RECOVERY_US then return 0 end
  return math.max(0, budget - state.granted - c.held - lost_units(c))
end

local function open_of(text)
  local state, at, attempt = string.match(text, '^([iu])(%d+) (%S+) ')
  return state and { state = state, at = tonumber(at), attempt = attempt }
end

-- Reads the entries of many at once.
local function read_claims(c, many)
  if #many == 0 then return end
  local keys, missing = {}, {}
  for i, one in ipairs(many) do keys[i] = one.key end
  for i, text in ipairs(redis.call('MGET', unpack(keys))) do
    if text then c.claims[keys[i]] = text else missing[#missing + 1] = many[i] end
  end
  if #missing == 0 then return end
  local names = {}
  for i, ledger in ipairs(missing) do names[i] = ledger.name end
  for i, mark in ipairs(redis.call('HMGET', c.keys.marks, unpack(names))) do
    if mark then c.claims[missing[i].key] = 'm' end
  end
end

-- The entry that stands in this ask's way, or nil.
local function recorded(c, ledger)
  local text = c.claims[ledger.key]
  if not text then return nil end
  local open = open_of(text)
  if not open then
    c.state.replayed = c.state.replayed + 1
    return text
  end
  local over = open.state == 'u' or open.at < c.now_us
  if over and open.attempt == ledger.repeats then return nil end
  return text
end

-- An entry that `recorded` lets pass is an open one, whose attempt is over.
local function may_open(c, ledger)
  return c.claims[ledger.key] ~= nil or units_left(c) >= 1
end

local function open_claim(c, ledger)
  local until_us, opened = whole(c.now_us + c.settings.claim_lease_us), c.opened
  c.state.attempts = c.state.attempts + 1
  if not c.claims[ledger.key] then c.held = c.held + 1 end
  opened[#opened + 1] = until_us
  opened[#opened + 1] = ledger.name
  c.claims[ledger.key] = 'i' .. until_us .. ' ' .. ledger.attempt .. ' ' .. ledger.memo
  redis.call('SET', ledger.key, c.claims[ledger.key])
end

-- Once for all claims that a call opened.
local function save_units(c)
  if #c.opened > 0 then redis.call('ZADD', c.keys.units, unpack(c.opened)) end
end

local function give_units_back(c, closed)
  if #closed.names == 0 then return end
  c.held = c.held - redis.call('ZREM', c.keys.units, unpack(closed.names))
  closed.names = {}
end

local function settle_claim(c, event, closed)
  if event.era ~= c.state.era then return end
  local text = c.claims[event.key]
  if text then
    local open = open_of(text)
    if not open or open.attempt ~= event.attempt then return end
  elseif event.generation ~= '' and event.generation ~= c.state.generation then
    c.state.lostSettled = c.state.lostSettled + 1
  end
  if event.outcome == 'unknown' then
    give_units_back(c, closed)
    c.held = c.held + redis.call('ZADD', c.keys.units, 0, event.name)
  else closed.names[#closed.names + 1] = event.name end
  if event.outcome == 'free' then
    c.claims[event.key] = nil
    redis.call('DEL', event.key)
    return
  end
  c.claims[event.key] = event.text
  if event.keep_ms == 0 then redis.call('SET', event.key, event.text)
  else redis.call('SET', event.key, event.text, 'PX', whole(event.keep_ms)) end
  if event.outcome ~= 'granted' then return end
  if event.counts then c.state.granted, c.state.grantedSince = c.state.granted + 1, c.state.grantedSince + 1 end
  c.state.signs = ''
  if event.mark_ms < 0 then return end
  local marks = closed.marks
  marks[#marks + 1] = event.name
  marks[#marks + 1] = ''
  if event.mark_ms > 0 then closed.mark_ms = event.mark_ms end
end

local function settle_claims(c, events)
  read_claims(c, events)
  local closed = { names = {}, marks = {}, mark_ms = 0 }
  for _, event in ipairs(events) do settle_claim(c, event, closed) end
  give_units_back(c, closed)
  if #closed.marks == 0 then return end
  redis.call('HSET', c.keys.marks, unpack(closed.marks))
  if closed.mark_ms > 0 then redis.call('PEXPIRE', c.keys.marks, closed.mark_ms) end
end

local function count_signs(state)
  if state.signs == '' then return 0 end
  local _, count = string.gsub(state.signs, ' ', '')
  return count
end

local function note_sign(c, claimant, sign)
  local state = c.state
  if c.outdated then return end
  if sign == 'none' then state.signs = ''
  elseif sign == 'bare' and not string.find(' ' .. state.signs, ' ' .. claimant .. ' ', 1, true) then
    state.signs = state.signs .. claimant .. ' '
  end
  if sign ~= 'certain' and count_signs(state) < SIGNS then return end
  state.signs = ''
  if state.soldOut % 2 == 0 then state.soldOut = state.soldOut + 1 end
end

-- Open entries of which nobody knows what became.
local function unknown_now(c)
  if not c.settings.ledger then return 0 end
  return redis.call('ZCOUNT', c.keys.units, '-inf', '(' .. whole(c.now_us))
end
