--[[
The drawing of lots; lottery.ts is the same in TypeScript, and says why. In the line's hash: lotKey, and the numbers
lotFrom to lotTo among which lots were drawn (lotFrom 0: not yet). Numbers are frozen by the first call at or after the
opening in store time; until then the door is shut. Nobody is called before, so those above the head are all who joined.
]]
local ROUNDS = 8

local function mixed(key, round, coordinate)
  return tonumber(string.sub(redis.sha1hex(key .. ' ' .. round .. ' ' .. whole(coordinate)), 1, 13), 16)
end

local function permuted(key, index, count)
  local columns = math.ceil(math.sqrt(count))
  local rows, at = math.ceil(count / columns), index
  repeat
    local column, row = at % columns, math.floor(at / columns)
    for round = 1, ROUNDS, 2 do
      column = (column + mixed(key, round, row)) % columns
      row = (row + mixed(key, round + 1, column)) % rows
    end
    at = row * columns + column
  until at < count
  return at
end

local function is_drawn(state, line, number)
  return line == 0 and state.lotFrom > 0 and number >= state.lotFrom and number <= state.lotTo
end

-- Whose turn a place is among the numbers that are called.
local function turn_of(c, place)
  local state, number = c.state, place.number
  if not is_drawn(state, place.line, number) then return number end
  if not c.turns[number] then
    c.turns[number] = state.lotFrom + permuted(state.lotKey, number - state.lotFrom, state.lotTo - state.lotFrom + 1)
  end
  return c.turns[number]
end

local function merge_lottery(state, known)
  if known.epoch ~= state.epoch then return end
  if known.lot_from > 0 and (state.lotFrom == 0 or known.lot_to > state.lotTo) then
    state.lotKey, state.lotFrom, state.lotTo = known.lot_key, known.lot_from, known.lot_to
  elseif state.lotKey == '' then state.lotKey = known.lot_key end
end

-- Draws, where it is time. Numbers left out after a loss are among those drawn: nobody knows who has them.
local function draw(c, known)
  local state, settings = c.state, c.settings
  if settings.draw_at_us < 0 then return end
  if state.lotKey == '' and known.epoch == state.epoch then state.lotKey = settings.lot_key end
  if state.lotFrom > 0 then return end
  if state.lotKey == '' or c.now_us < settings.draw_at_us then
    settings.open = false
    return
  end
  state.lotFrom, state.lotTo = state.head0 + 1, state.tail0
  drop_gaps(state, 0, state.tail0)
end
