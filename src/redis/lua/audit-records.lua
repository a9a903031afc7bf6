--[[
The newest records of an audit log, oldest first.

KEYS[1]  list of records
ARGV[1]  how many at most
Returns  the records
]]
return redis.call('LRANGE', KEYS[1], -tonumber(ARGV[1]), -1)
