local now = redis.call('TIME')
