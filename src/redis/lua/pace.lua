--[[
The pace that the service bears, as pace-law.ts has it, which says why. Kept as one text in the line's hash, absent
until it is first used: rate (claims per 1,000 s; 0: as configured), revision, since (us), served, dropped, ticks,
starved ticks, entered before, starved (0 or 1), rest until (us).
]]
local PACE_FIELDS = { 'rate', 'revision', 'since', 'served', 'dropped', 'ticks', 'starvedTicks', 'entered', 'starved', 'rest' }
local WINDOW_US, FEW_ANSWERS, PATIENCE_US, GRAIN_NS = 500000, 5, 2000000, 64

local function load_pace(c, known, health)
  local pace, values = {}, string.gmatch(c.state.pace, '%S+')
  for _, name in ipairs(PACE_FIELDS) do pace[name] = tonumber(values() or 0) end
  if known.pace_revision > pace.revision then pace.rate, pace.revision = known.pace_rate, known.pace_revision end
  if health.rest_us > 0 then pace.rest = math.max(pace.rest, c.now_us + health.rest_us) end
  c.pace = pace
  if c.now_us < pace.rest then c.settings.open = false end
  if pace.rate == 0 then return end
  local interval = math.ceil(1e9 / (pace.rate / 1000) / GRAIN_NS) * GRAIN_NS
  if interval <= c.settings.door_interval then return end
  c.settings.door_interval, c.settings.door_tolerance = interval, math.max(c.settings.door_tolerance, interval)
end

local function is_used(pace)
  for i = 1, #PACE_FIELDS do if pace[PACE_FIELDS[i]] ~= 0 then return true end end
  return false
end

local function save_pace(c)
  if not is_used(c.pace) then return end
  local values = {}
  for i, name in ipairs(PACE_FIELDS) do values[i] = whole(c.pace[name]) end
  c.state.pace = table.concat(values, ' ')
end

local function begin_pace(c)
  local pace = c.pace
  pace.since, pace.entered = c.now_us, c.state.entered
  pace.served, pace.dropped, pace.ticks, pace.starvedTicks = 0, 0, 0, 0
end

local function set_pace(pace, rate)
  pace.rate, pace.revision = rate, pace.revision + 1
end

local function next_pace(c, waiting, since_us)
  local pace, configured = c.pace, c.settings.pace_configured
  local answers = pace.served + pace.dropped
  local now = pace.rate == 0 and configured or math.min(pace.rate, configured)
  local half = math.floor(now / 2)
  if pace.dropped >= 2 and pace.dropped * 10 > answers then
    return math.max(half, math.floor(now * pace.served / answers))
  end
  if pace.ticks >= 3 and pace.starvedTicks * 10 >= pace.ticks * 8 then
    local passed = c.state.entered - pace.entered
    return passed == 0 and now or math.max(half, math.floor(passed * 1250000000 / since_us))
  end
  if pace.served == 0 and waiting > 0 then return now end
  return now + math.floor(now / 4) + math.floor(configured / 20)
end

-- At every tick.
local function follow_health(c, waiting)
  local pace, settings = c.pace, c.settings
  if not settings.pace_on then
    if pace.rate ~= 0 then set_pace(pace, 0) end
    return
  end
  pace.ticks = pace.ticks + 1
  pace.starvedTicks, pace.starved = pace.starvedTicks + pace.starved, 0
  if pace.since == 0 then begin_pace(c) end
  local since_us, answers = c.now_us - pace.since, pace.served + pace.dropped
  if since_us < WINDOW_US or (answers < FEW_ANSWERS and since_us < PATIENCE_US) then return end
  local rate = math.max(settings.pace_least, next_pace(c, waiting, since_us))
  if rate >= settings.pace_configured then rate = 0 end
  if rate ~= pace.rate then set_pace(pace, rate) end
  begin_pace(c)
end
