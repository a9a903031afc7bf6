--[[
The door: one bucket a campaign and the slots of its upstream, taken together or not at all. An unknown bucket
is an empty one, so that losing it mints nothing. When the rate changes, what was spent stays spent.
]]
local function open_door(c, known_tat)
  local state, settings = c.state, c.settings
  if state.doorTat == 0 then
    state.doorTat = c.now_ns + settings.door_tolerance
  elseif state.doorInterval ~= settings.door_interval then
    local spent = math.max(0, state.doorTat - c.now_ns) / state.doorInterval
    state.doorTat = c.now_ns + math.ceil(spent * settings.door_interval)
  end
  state.doorInterval = settings.door_interval
  state.doorTat = math.max(state.doorTat, known_tat)
end

local function door_tokens(c)
  return (c.now_ns + c.settings.door_tolerance - math.max(c.state.doorTat, c.now_ns)) / c.settings.door_interval
end

-- Microseconds until the permit's departure, or nil.
local function take_permit(c)
  if not c.settings.open or slots_full(c.slots) then return nil end
  local wait = math.max(0, gcra_wait_ns(c.state.doorTat, c.now_ns, c.settings.door_interval, c.settings.door_tolerance))
  if wait > c.settings.horizon_us * 1000 then return nil end
  c.state.doorTat = gcra_charged(c.state.doorTat, c.now_ns, c.settings.door_interval)
  c.slots.taken = c.slots.taken + 1
  return math.ceil(wait / 1000)
end
