--[[
Store time: microseconds since 2026-01-01 on this server's clock. A test may give its own.
]]
local function store_time_us(given)
  if given ~= '' then return tonumber(given) end
  local time = redis.call('TIME')
  return (tonumber(time[1]) - 1767225600) * 1000000 + tonumber(time[2])
end

-- Lua's own conversion keeps 14 digits; times need 17. '%d' is several times as quick as '%.0f'.
local function whole(number)
  return string.format('%d', math.floor(number + 0.5))
end
