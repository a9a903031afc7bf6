--[[
The numbers of a campaign's line, in one hash. They only grow, so what a gateway knows is
merged by maximum; whoever is ahead of the store proves that data was lost. Numbers may then have been issued
that nobody here has seen, so the next `skip` of them are left out and kept as a gap for the heads to jump.
  gaps    'line from to;'   numbers left out and not passed yet: nobody waits there
]]
-- Whole numbers, then four fractions, then five texts. A redis-server builds this anew for each call: each name stands here once.
local FIELDS = { 'epoch', 'settings', 'base0', 'base1', 'head0', 'head1', 'tail0', 'tail1', 'lapsed0', 'lapsed1', 'doorTat', 'doorInterval',
  'shutUs', 'tickUs', 'entered', 'enteredAtTick', 'stoodUs', 'patientUs', 'era', 'granted', 'grantedSince', 'attempts', 'soldOut', 'losses',
  'confirmed', 'lossUs', 'lostSeen', 'lostSettled', 'lostUnknown', 'replayed', 'lotFrom', 'lotTo', 'seatsLost', 'sessionsEnded',
  'expected', 'show', 'callsPerSecond', 'bestRate',
  'generation', 'signs', 'gaps', 'lotKey', 'pace' }
local FRACTIONS_FROM, TEXTS_FROM = #FIELDS - 8, #FIELDS - 4

-- Returns the numbers, and in the order of FIELDS what the hash holds. What it does not hold is 0, or an empty text.
local function load_line(key)
  local loaded, state = redis.call('HMGET', key, unpack(FIELDS)), {}
  for i = 1, #FIELDS do
    local value = loaded[i]
    if value then
      if i < TEXTS_FROM then value = tonumber(value) end
      loaded[i] = value
    else
      value = i < TEXTS_FROM and 0 or ''
    end
    state[FIELDS[i]] = value
  end
  if state.epoch == 0 then state.epoch, state.show = 1, 1 end
  return state, loaded
end

local function parse_rows(text)
  local rows = {}
  for row in string.gmatch(text or '', '([^;]+);') do
    local values = {}
    for value in string.gmatch(row, '%S+') do values[#values + 1] = tonumber(value) end
    rows[#rows + 1] = values
  end
  return rows
end

local function format_rows(rows)
  local texts = {}
  for i, row in ipairs(rows) do
    local values = {}
    for j, value in ipairs(row) do values[j] = whole(value) end
    texts[i] = table.concat(values, ' ') .. ';'
  end
  return table.concat(texts)
end

local function leave_out(state, line, highest, skip)
  state['tail' .. line] = highest + skip
  if skip > 0 then state.gaps = state.gaps .. string.format('%d %.0f %.0f;', line, highest + 1, highest + skip) end
end

-- Forgets the gaps of a line up to `highest`.
local function drop_gaps(state, line, highest)
  if state.gaps == '' then return end
  local left = {}
  for _, gap in ipairs(parse_rows(state.gaps)) do
    if gap[1] ~= line or gap[3] > highest then left[#left + 1] = gap end
  end
  state.gaps = format_rows(left)
end

-- Numbers that nobody has and no head has passed.
local function gaps_ahead(state)
  if state.gaps == '' then return 0 end
  local count = 0
  for _, gap in ipairs(parse_rows(state.gaps)) do
    count = count + math.max(0, gap[3] - math.max(gap[2] - 1, state['head' .. gap[1]]))
  end
  return count
end

-- Nobody waits any more. Numbers go on, so that those of an earlier epoch are told by being smaller.
local function begin_epoch(state, keys, epoch)
  state.epoch, state.expected = epoch, 0
  for line = 0, 1 do
    local tail = state['tail' .. line]
    state['head' .. line], state['lapsed' .. line], state['base' .. line] = tail, tail, tail
  end
  state.gaps, state.lotKey, state.lotFrom, state.lotTo, state.seatsLost = '', '', 0, 0, 0
  redis.call('UNLINK', keys.who, keys.door, keys.seats)
  redis.call('HDEL', keys.line, 'called', 'ladder')
end

-- Returns whether the store is behind its caller, and whether the caller speaks of other data than these.
local function merge_line(state, known, fresh, skip)
  local born = state.generation == ''
  if born then state.generation = fresh end
  local ahead = known.tail0 > state.tail0 or known.tail1 > state.tail1
    or known.head0 > state.head0 or known.head1 > state.head1 or claims_ahead(state, known)
  local loss = ahead or (born and known.generation ~= '')
  for line = 0, 1 do
    local head, tail = 'head' .. line, 'tail' .. line
    state[head] = math.max(state[head], known[head])
    if loss then leave_out(state, line, math.max(state[tail], known[tail]), skip) end
  end
  return loss, known.generation ~= '' and known.generation ~= state.generation
end

local function save_line(key, state, loaded)
  local changed = {}
  for i = 1, #FIELDS do
    local name = FIELDS[i]
    local value = state[name]
    if value ~= loaded[i] then
      changed[#changed + 1] = name
      if i < FRACTIONS_FROM then value = whole(value)
      elseif i < TEXTS_FROM then value = string.format('%.6f', value) end
      changed[#changed + 1] = value
    end
  end
  if #changed > 0 then redis.call('HSET', key, unpack(changed)) end
end

local function waiting(state)
  return state.tail0 - state.head0 + state.tail1 - state.head1 - gaps_ahead(state)
end

local function line_ms(state, now_us)
  return math.floor((now_us - state.shutUs) / 1000)
end
