--[[
Token buckets by the generic cell rate algorithm (ITU-T I.371, annex A): one number a bucket, the theoretical
arrival time in nanoseconds. A refusal writes nothing. A clock that steps back neither mints nor removes tokens.
]]
local function gcra_wait_ns(tat, now_ns, interval, tolerance)
  return math.max(tat, now_ns) + interval - tolerance - now_ns
end

local function gcra_charged(tat, now_ns, interval)
  return math.max(tat, now_ns) + interval
end

local function gcra_remaining(tat, now_ns, interval, tolerance)
  return math.max(0, math.floor((now_ns + tolerance - math.max(tat, now_ns)) / interval))
end
