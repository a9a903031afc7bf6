return redis.call('INCR', KEYS[1], 'one too many')
