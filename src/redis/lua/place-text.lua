--[[
Places as texts.
]]
-- A place is 'line.number.returns'; with what follows in the same text, if anything.
local function parse_place(text)
  local line, number, returns, told = string.match(text, '^(%d)%.(%d+)%.(%d+)%.?(%d*)$')
  return { line = tonumber(line), number = tonumber(number), returns = tonumber(returns), told = tonumber(told) or 0 }
end

local function place_key(place)
  return string.format('%d.%d', place.line, place.number)
end
