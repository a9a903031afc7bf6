--[[
One lane's part of a call (lane.ts): the stored answers of claimants, their places, and their own buckets. An ask is
charged to all of its buckets here or to none; one that finds a stored answer or a place is charged nothing. An absent
bucket is a full one, and a bucket that is full is removed.

KEYS      who (hash: claimant -> 'line.number.returns.told'); then of each ask, in order: one for its stored answer, if it looks for one, then one a bucket
ARGV      store time (us; '' = this server's), number of rates, then each: emission interval (ns), tolerance (ns);
          number of asks, then each: kind, claimant whose place is looked for ('' = none is), whether it looks for a stored answer, bit mask of the rates it is charged by
Returns   {now, then each ask: stored answer ('' = none), place ('' = none), refusing rate (from 0; -1 = none), wait (ms), then of each
          bucket the arrival time it had before}
]]
--#include store-time
--#include arguments
--#include gcra
local LOOK, TAKE, GIVE = 0, 1, 2

local now_us = store_time_us(next_text())
local now_ns = now_us * 1000
local found, values, changed = {}, {}, {}
if #KEYS > 1 then
  local keys = { unpack(KEYS, 2) }
  for i, value in ipairs(redis.call('MGET', unpack(keys))) do found[keys[i]] = value end
end

local function arrival(key)
  values[key] = values[key] or tonumber(found[key] or 0)
  return values[key]
end

local function refusing(charges)
  for _, charge in ipairs(charges) do
    local wait = gcra_wait_ns(arrival(charge.key), now_ns, charge.interval, charge.tolerance)
    if wait > 0 then return charge.rate - 1, math.ceil(wait / 1000000) end
  end
  return -1, 0
end

local rates, reply, key_at = {}, { whole(now_us) }, 1
local function next_key()
  key_at = key_at + 1
  return KEYS[key_at]
end
for i = 1, next_number() do rates[i] = { interval = next_number(), tolerance = next_number() } end
local asks, claimants, places = {}, {}, {}
for i = 1, next_number() do
  local ask = { kind = next_number(), claimant = next_text(), looks = next_number() == 1, mask = next_number() }
  if ask.claimant ~= '' then claimants[#claimants + 1] = ask.claimant end
  asks[i] = ask
end
if #claimants > 0 then
  for i, text in ipairs(redis.call('HMGET', KEYS[1], unpack(claimants))) do places[claimants[i]] = text end
end
for _, ask in ipairs(asks) do
  local kind, looks, mask, charges = ask.kind, ask.looks, ask.mask, {}
  local place = places[ask.claimant] or ''
  local text = looks and found[next_key()] or ''
  for i, rate in ipairs(rates) do
    if mask % 2 == 1 then
      charges[#charges + 1] = { key = next_key(), interval = rate.interval, tolerance = rate.tolerance, rate = i }
    end
    mask = math.floor(mask / 2)
  end
  local refused, wait = -1, 0
  if kind == TAKE and (text ~= '' or place ~= '') then kind = LOOK end
  if kind == TAKE then refused, wait = refusing(charges) end
  reply[#reply + 1] = text
  reply[#reply + 1] = place
  reply[#reply + 1] = refused
  reply[#reply + 1] = wait
  for _, charge in ipairs(charges) do reply[#reply + 1] = whole(arrival(charge.key)) end
  if refused < 0 and kind ~= LOOK then
    for _, charge in ipairs(charges) do
      values[charge.key] = gcra_charged(arrival(charge.key), now_ns, charge.interval, kind == GIVE and -1 or 1)
      changed[charge.key] = true
    end
  end
end

for key in pairs(changed) do
  local left_ns = values[key] - now_ns
  if left_ns > 0 then redis.call('SET', key, whole(values[key]), 'PX', whole(math.ceil(left_ns / 1000000)))
  else redis.call('DEL', key) end
end
return reply
