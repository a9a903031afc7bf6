--[[
A part of the names of all claims that were granted.

KEYS[1]  marks
ARGV     cursor ('0' at first), about how many
Returns  {next cursor ('0': that was all), {name, '', name, '' ...}}
]]
return redis.call('HSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[2])
