--[[
After a raise of the rate, those called do not know of it before they ask again (patience.ts says more). In the line's
hash: bestRate, the highest rate of the last minute or so; patientUs, until when the called may not know yet.
]]
local BEST_HALF_LIFE_US, LEAST_RAISE, SLOW_PACE_MS, MOST_SINCE_US = 60000000, 1.2, 3000, 1000000

-- `told`: whether people in line were told by a lower rate, should there have been one.
local function is_patient(c, since_us, told)
  local state, rate = c.state, 1e9 / c.settings.door_interval
  local best = state.bestRate * 0.5 ^ (math.min(since_us, MOST_SINCE_US) / BEST_HALF_LIFE_US)
  if told and best > 0 and rate > LEAST_RAISE * best then
    state.patientUs = c.now_us + (c.settings.poll_max_ms + SLOW_PACE_MS) * 1000
  end
  state.bestRate = math.max(rate, best)
  return c.now_us < state.patientUs
end
