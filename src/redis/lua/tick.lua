--[[
Calls the next in line, lapses those whose grace is over, and forgets who left the door. The law of calling is
that of calling.ts: what the door takes until the next can arrive, less who stands there, less who is expected.
Kept as texts in the line's hash, each bounded:
  called  see advance.lua
  ladder  'lineMs head0 head1;'       how far was called when: RUNGS rungs a grace period
]]
local RUNGS, PRIOR, LEAST_SHOW = 64, 20, 0.1
local TICK_US, STALL_US, SMOOTHING_US = 50000, 1000000, 3000000

local function climb(c, ladder)
  local state, grace_ms = c.state, c.settings.grace_ms
  local ms, last = line_ms(state, c.now_us), ladder[#ladder]
  local moved = not last or last[2] ~= state.head0 or last[3] ~= state.head1
  if moved and (not last or ms - last[1] >= grace_ms / RUNGS) then
    ladder[#ladder + 1] = { ms, state.head0, state.head1 }
  end
  while ladder[1] and ladder[1][1] + grace_ms < ms do
    state.lapsed0, state.lapsed1 = ladder[1][2], ladder[1][3]
    table.remove(ladder, 1)
  end
end

local function plan_calls(c, cohorts, tokens, least_show)
  local young_since = c.now_us - c.settings.dwell_ms * 1000
  local called, came, young = PRIOR, PRIOR, {}
  for _, cohort in ipairs(cohorts) do
    local size = cohort[3] - cohort[2] + 1
    local arrived = redis.call('BITCOUNT', c.keys.came[cohort[1]], whole(cohort[2]), whole(cohort[3]), 'BIT')
    if cohort[4] <= young_since then
      called, came = called + size, came + arrived
    else
      young[#young + 1] = { size, arrived }
    end
  end
  local show = math.min(1, math.max(least_show, came / called))
  local expected = 0
  for _, one in ipairs(young) do expected = expected + math.max(0, one[1] * show - one[2]) end
  c.state.show, c.state.expected = show, expected
  local lead = c.settings.lead_ms * 1000000 / c.settings.door_interval
  local units = math.max(0, math.floor(room_left(c) - expected - c.at_door))
  return math.min(units, math.max(0, math.floor((tokens + lead - expected - c.at_door) / show)))
end

-- The pace of calling, smoothed; while nobody waits it tells nothing.
local function smooth_pace(state, called, since_us)
  if waiting(state) == 0 or since_us >= STALL_US then return end
  local weight = 1 - math.exp(-since_us / SMOOTHING_US)
  state.callsPerSecond = state.callsPerSecond + weight * (called * 1e6 / since_us - state.callsPerSecond)
end

local function call_next(c, tokens, since_us, shut, cohorts)
  local state = c.state
  -- Before the first call people were told by the rate alone, and without a line nobody was.
  local patient = is_patient(c, since_us, state.callsPerSecond > 0 and waiting(state) > 0)
  local calls = plan_calls(c, cohorts, tokens, patient and state.show or LEAST_SHOW)
  if shut then
    -- A service that is slow stands between two answers: that is its pace. One that stands for longer has none.
    if state.stoodUs > 0 and state.stoodUs < STALL_US then smooth_pace(state, 0, since_us) end
    return
  end
  local back, in_line = state.tail1 - state.head1, state.tail0 - state.head0
  local returners = math.min(back, math.max(math.ceil(calls / 2), calls - in_line))
  local called = advance(c, 1, returners, cohorts) + advance(c, 0, calls - returners, cohorts)
  state.expected = state.expected + called * state.show
  if state.callsPerSecond == 0 then state.callsPerSecond = 1e9 / c.settings.door_interval end
  smooth_pace(state, called, since_us)
end

local function tick(c, tokens)
  local state, now_us = c.state, c.now_us
  local since_us, first = now_us - state.tickUs, state.tickUs == 0
  if not first and since_us < TICK_US then return false end
  local stood = c.settings.open and is_starved(c) and state.entered == state.enteredAtTick
  state.stoodUs = stood and state.stoodUs + since_us or 0
  local shut = stood or not c.settings.open
  if not first then
    if shut then state.shutUs = state.shutUs + since_us
    elseif since_us > STALL_US then state.shutUs = state.shutUs + since_us - TICK_US end
  end
  state.tickUs, state.enteredAtTick = now_us, state.entered
  redis.call('ZREMRANGEBYSCORE', c.keys.door, '-inf', '(' .. whole(now_us))
  redis.call('ZREMRANGEBYSCORE', c.keys.inside, '-inf', '(' .. whole(now_us))
  c.at_door = redis.call('ZCARD', c.keys.door)
  local texts = redis.call('HMGET', c.keys.line, 'called', 'ladder')
  local cohorts, ladder = parse_rows(texts[1]), parse_rows(texts[2])
  climb(c, ladder)
  call_next(c, tokens, since_us, shut, cohorts)
  redis.call('HSET', c.keys.line, 'called', format_rows(cohorts), 'ladder', format_rows(ladder))
  follow_health(c, waiting(state))
  return true
end
