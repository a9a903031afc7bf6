--[[
Token buckets by the generic cell rate algorithm (ITU-T I.371, annex A): one number a bucket, the theoretical
arrival time in nanoseconds. A refusal writes nothing. A clock that steps back neither mints nor removes tokens.
A cost is a whole number of tokens, 1 where none is given; a negative one gives tokens back, up to a full bucket.
]]
local function gcra_wait_ns(tat, now_ns, interval, tolerance, cost)
  return math.max(tat, now_ns) + (cost or 1) * interval - tolerance - now_ns
end

local function gcra_charged(tat, now_ns, interval, cost)
  return math.max(tat, now_ns) + (cost or 1) * interval
end

local function gcra_remaining(tat, now_ns, interval, tolerance)
  return math.max(0, math.floor((now_ns + tolerance - math.max(tat, now_ns)) / interval))
end
