--[[
Who has which place, who stands at the door, and who is at the upstream.
  who     hash    claimant -> number (main line, never called in vain) or 'line.number.returns.told'
  came    bitmap  whose turn it was and who came to the door, one bitmap a line;  spent: numbers that are used up
  door    zset    place -> until when it counts as standing at the door (us);  inside: at the upstream
Whoever lets MOST_RETURNS calls pass goes to the end. Where places are kept in lanes, `who` is empty: asks bring their own.
]]
local MOST_RETURNS = 3
-- By line: a name made of text and number is made anew each time it is asked for.
local FIELD_OF = { [0] = { base = 'base0', head = 'head0', lapsed = 'lapsed0', tail = 'tail0' },
  { base = 'base1', head = 'head1', lapsed = 'lapsed1', tail = 'tail1' } }

local function read_entry(text)
  if not text then return nil end
  local number = tonumber(text)
  if number and not string.find(text, '.', 1, true) then return { line = 0, number = number, returns = 0, told = 0 } end
  return parse_place(text)
end

local function write_entry(c, claimant, place)
  local written, text = c.written, string.format('%d', place.number)
  if place.line ~= 0 or place.returns ~= 0 or place.told ~= 0 then
    text = string.format('%d.%d.%d.%.0f', place.line, place.number, place.returns, place.told)
  end
  local at = #written
  c.entries[claimant] = place
  written[at + 1] = claimant
  written[at + 2] = text
end

-- Once for all asks of a call.
local function save_entries(c)
  if #c.written > 0 and not c.settings.places_away then redis.call('HSET', c.keys.who, unpack(c.written)) end
  c.written = {}
end

local function issue(c, claimant, line, returns)
  local tail = FIELD_OF[line].tail
  local number = c.state[tail] + 1
  c.state[tail] = number
  local place = { line = line, number = number, returns = returns, told = 0 }
  write_entry(c, claimant, place)
  return place
end

local function is_spent(c, place)
  return redis.call('GETBIT', c.keys.spent[place.line], place.number) == 1
end

-- Of an earlier epoch.
local function is_past(c, place)
  return place.number <= c.state[FIELD_OF[place.line].base]
end

local function is_called(c, place)
  return turn_of(c, place) <= c.state[FIELD_OF[place.line].head]
end

local function is_inside(c, place)
  return redis.call('ZSCORE', c.keys.inside, place_key(place)) ~= false
end

-- Whoever stands at the door or is at the upstream came in time.
local function is_lapsed(c, place, told)
  if turn_of(c, place) > c.state[FIELD_OF[place.line].lapsed] then return false end
  if told ~= 0 and told + c.settings.grace_ms >= line_ms(c.state, c.now_us) then return false end
  return not is_inside(c, place) and not redis.call('ZSCORE', c.keys.door, place_key(place))
end

-- The old number is used up: its ticket proves nothing any more.
local function rejoin(c, claimant, place)
  redis.call('SETBIT', c.keys.spent[place.line], place.number, 1)
  if place.returns < MOST_RETURNS then return issue(c, claimant, 1, place.returns + 1) end
  return issue(c, claimant, 0, 0)
end

-- The claimant's place, from the line or from a ticket that proves it; a lapsed one is replaced.
local function place_of(c, claimant, ticket)
  local place = c.entries[claimant]
  if not place then
    if not ticket or is_past(c, ticket) or is_spent(c, ticket) then return nil end
    if ticket.number > c.state[FIELD_OF[ticket.line].tail] then
      leave_out(c.state, ticket.line, ticket.number, c.settings.skip)
    end
    write_entry(c, claimant, ticket)
    place = ticket
  end
  local told = math.max(place.told, ticket and ticket.told or 0)
  if is_lapsed(c, place, told) then return rejoin(c, claimant, place) end
  return place
end

local function count_came(c, place)
  if redis.call('SETBIT', c.keys.came[place.line], turn_of(c, place), 1) == 0 then
    c.state.expected = math.max(0, c.state.expected - 1)
  end
end

local function stand_at_door(c, place)
  count_came(c, place)
  c.at_door = c.at_door + redis.call('ZADD', c.keys.door, whole(c.now_us + c.settings.door_stay_us), place_key(place))
end

local function leave_door(c, place)
  c.at_door = c.at_door - redis.call('ZREM', c.keys.door, place_key(place))
end

local function enter(c, place)
  c.state.entered = c.state.entered + 1
  if not place or is_past(c, place) then return end
  count_came(c, place)
  leave_door(c, place)
  redis.call('ZADD', c.keys.inside, whole(c.now_us + c.settings.slot_lease_us), place_key(place))
end

local function spend(c, claimant, place)
  redis.call('SETBIT', c.keys.spent[place.line], place.number, 1)
  redis.call('ZREM', c.keys.inside, place_key(place))
  leave_door(c, place)
  if c.settings.places_away then return end
  local entry = read_entry(redis.call('HGET', c.keys.who, claimant))
  if entry and entry.line == place.line and entry.number == place.number then
    redis.call('HDEL', c.keys.who, claimant)
  end
end

-- Answered, but not finally: called as before, with its grace beginning anew. A number used up since stays so.
local function retain(c, claimant, place)
  redis.call('ZREM', c.keys.inside, place_key(place))
  if is_spent(c, place) or is_past(c, place) then return end
  place.told = line_ms(c.state, c.now_us)
  write_entry(c, claimant, place)
  save_entries(c)
end
