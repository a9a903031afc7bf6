--[[
Slots at one upstream, over all gateways and campaigns. A hash: gateway -> 'taken:released:seen:lease' (counts,
microseconds). Both counts only grow, so they merge by maximum, and a lost answer is mended by the next one.
A silent gateway's share ends with its lease. A gateway silent for longer than ALIVE_US does not count as alive.
]]
local ALIVE_US = 1500000

local function open_slots(key, gateway, taken, released, now_us, lease_us, limit)
  local slots = { key = key, gateway = gateway, taken = taken, released = released, lease = lease_us,
    others = 0, alive = 1, limit = limit, gone = {} }
  local all = redis.call('HGETALL', key)
  for i = 1, #all, 2 do
    local t, r, seen, lease = string.match(all[i + 1], '^(%d+):(%d+):(%d+):(%d+)$')
    t, r, seen, lease = tonumber(t), tonumber(r), tonumber(seen), tonumber(lease)
    if all[i] == gateway then
      slots.taken = math.max(taken, t)
      slots.released = math.max(released, r)
    elseif seen + math.max(lease, ALIVE_US) < now_us then
      slots.gone[#slots.gone + 1] = all[i]
    else
      if seen + lease >= now_us then slots.others = slots.others + math.max(0, t - r) end
      if seen + ALIVE_US >= now_us then slots.alive = slots.alive + 1 end
    end
  end
  return slots
end

local function slots_in_use(slots)
  return slots.others + math.max(0, slots.taken - slots.released)
end

local function slots_full(slots)
  return slots.limit > 0 and slots_in_use(slots) >= slots.limit
end

local function save_slots(slots, now_us)
  redis.call('HSET', slots.key, slots.gateway, string.format('%.0f:%.0f:%.0f:%.0f',
    slots.taken, slots.released, now_us, slots.lease))
  if #slots.gone > 0 then redis.call('HDEL', slots.key, unpack(slots.gone)) end
end
