--[[
The door: one bucket a campaign and the slots of its upstream, taken together or not at all. An unknown bucket
is an empty one, so that losing it mints nothing. When the rate changes, what was spent stays spent. After a loss of
data the door stays shut for SETTLING_US: slots are counted again when every gateway has told of its own.
]]
local SETTLING_US = 250000

local function at_interval(tat, from, to, now_ns)
  if from == to or tat <= now_ns or from == 0 then return tat end
  return now_ns + math.ceil((tat - now_ns) / from * to)
end

local function open_door(c, known)
  local state, interval = c.state, c.settings.door_interval
  if state.doorTat == 0 then
    state.doorTat = c.now_ns + c.settings.door_tolerance
  else
    state.doorTat = at_interval(state.doorTat, state.doorInterval, interval, c.now_ns)
  end
  state.doorInterval = interval
  state.doorTat = math.max(state.doorTat, at_interval(known.door_tat, known.door_interval, interval, c.now_ns))
end

local function door_tokens(c)
  return (c.now_ns + c.settings.door_tolerance - math.max(c.state.doorTat, c.now_ns)) / c.settings.door_interval
end

-- Whether no slot is left, for anybody or for this call.
local function is_starved(c)
  return slots_full(c.slots) or c.allowance == 0
end

-- Microseconds until the permit's departure, or nil. Of the burst, `reserve_ns` are left alone.
local function take_permit(c, reserve_ns)
  if not c.settings.open then return nil end
  if c.state.lossUs > 0 and c.now_us < c.state.lossUs + SETTLING_US then return nil end
  local wait = math.max(0, gcra_wait_ns(c.state.doorTat, c.now_ns, c.settings.door_interval, c.settings.door_tolerance) + (reserve_ns or 0))
  if wait > c.settings.horizon_us * 1000 then return nil end
  if is_starved(c) then
    if c.settings.pace_on then c.pace.starved = 1 end
    return nil
  end
  if c.allowance > 0 then c.allowance = c.allowance - 1 end
  c.state.doorTat = gcra_charged(c.state.doorTat, c.now_ns, c.settings.door_interval)
  c.slots.taken = c.slots.taken + 1
  return math.ceil(wait / 1000)
end
