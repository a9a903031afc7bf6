--[[ KEYS[1] counter; ARGV[1] amount. Returns {sum, how often the guard ran, seconds of Redis time, 'text', nil…} ]]
--#include guard
--#include now
--#include guard
return { redis.call('INCRBY', KEYS[1], ARGV[1]), guard, tonumber(now[1]), 'text', #ARGV }
