--[[
Moves the heads of the line. Whoever is called belongs to a cohort, by which is counted who comes. In the line's hash:
  called  'line from to calledAtUs;'  the last MOST_COHORTS ranges called
]]
local MOST_COHORTS = 128

-- Moves a head on by `calls` numbers, passing over gaps free of charge.
local function advance(c, line, calls, cohorts)
  local gaps = parse_rows(c.state.gaps)
  local head, tail, called = 'head' .. line, 'tail' .. line, 0
  while c.state[head] < c.state[tail] do
    local from, next_gap = c.state[head] + 1, nil
    for _, gap in ipairs(gaps) do
      if not next_gap and gap[1] == line and gap[3] >= from then next_gap = gap end
    end
    if next_gap and next_gap[2] <= from then
      c.state[head] = next_gap[3]
    else
      if calls <= 0 then break end
      local to = math.min(from + calls - 1, c.state[tail], next_gap and next_gap[2] - 1 or math.huge)
      c.state[head] = to
      cohorts[#cohorts + 1] = { line, from, to, c.now_us }
      called, calls = called + to - from + 1, calls - (to - from + 1)
    end
  end
  drop_gaps(c.state, line, c.state[head])
  while #cohorts > MOST_COHORTS do table.remove(cohorts, 1) end
  return called
end

-- So many are called ahead of their time: the returned first.
local function call_ahead(c, count)
  local cohorts = parse_rows(redis.call('HGET', c.keys.line, 'called'))
  local returned = advance(c, 1, count, cohorts)
  local called = returned + advance(c, 0, count - returned, cohorts)
  c.state.expected = c.state.expected + called * c.state.show
  redis.call('HSET', c.keys.line, 'called', format_rows(cohorts))
end
