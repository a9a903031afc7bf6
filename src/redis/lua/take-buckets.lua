--[[
Token buckets on their own: the orders of one turn, each after the other. A take is charged to all of its buckets
or to none; a penalty is charged whether or not the tokens are there; a put says when its bucket is full again.
Runs later than not_after: does nothing. An absent bucket is a full one, and a bucket that is full is removed.

KEYS[i]   one a charge, in order; string: theoretical arrival time (ns). They share one hash tag.
ARGV      store time (us; '' = this server's), not_after (us; 0 = none),
          number of rates, then each: emission interval (ns), tolerance (ns)
          number of orders, then each: kind, number of charges, then each: rate, cost (tokens; of a put: ns until full)
Returns   {0, now} when late; else {1, now, then each order: 1 done or 0 refused, then each of its charges: time
          until its bucket would have been full before the order (ns)}
]]
--#include store-time
--#include arguments
--#include gcra
local TAKE, PUT = 0, 2

local now_us, not_after = store_time_us(next_text()), next_number()
if not_after > 0 and now_us > not_after then return { 0, whole(now_us) } end
local now_ns = now_us * 1000

local tats, changed, changes = {}, {}, {}
for i, tat in ipairs(redis.call('MGET', unpack(KEYS))) do tats[KEYS[i]] = tonumber(tat or 0) end

local function write(key, tat)
  if not changed[key] then
    changed[key] = true
    changes[#changes + 1] = key
  end
  tats[key] = tat
end

local function take(charges)
  for _, charge in ipairs(charges) do
    local wait = gcra_wait_ns(tats[charge.key], now_ns, charge.interval, charge.tolerance, charge.cost)
    if charge.cost >= 0 and wait > 0 then return 0 end
  end
  return 1
end

local rates, reply, key_at = {}, { 1, whole(now_us) }, 0
for i = 1, next_number() do rates[i] = { interval = next_number(), tolerance = next_number() } end
for _ = 1, next_number() do
  local kind, charges = next_number(), {}
  for i = 1, next_number() do
    key_at = key_at + 1
    local rate = rates[next_number()]
    charges[i] = { key = KEYS[key_at], interval = rate.interval, tolerance = rate.tolerance, cost = next_number() }
  end
  local done = kind == TAKE and take(charges) or 1
  reply[#reply + 1] = done
  for _, charge in ipairs(charges) do
    local tat = tats[charge.key]
    reply[#reply + 1] = math.max(0, tat - now_ns)
    if kind == PUT then write(charge.key, now_ns + charge.cost)
    elseif done == 1 and charge.cost ~= 0 then
      write(charge.key, gcra_charged(tat, now_ns, charge.interval, charge.cost))
    end
  end
end

for _, key in ipairs(changes) do
  local left_ns = tats[key] - now_ns
  if left_ns > 0 then redis.call('SET', key, whole(tats[key]), 'PX', whole(math.ceil(left_ns / 1000000)))
  else redis.call('DEL', key) end
end
return reply
