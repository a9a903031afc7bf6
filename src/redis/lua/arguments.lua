--[[
Reads ARGV from front to back.
]]
local at = 0

local function next_text()
  at = at + 1
  return ARGV[at]
end

local function next_number()
  at = at + 1
  return tonumber(ARGV[at])
end
