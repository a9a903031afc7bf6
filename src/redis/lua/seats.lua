--[[
Sessions: whoever went in may come again for a while, and only so many at once. memory-seats.ts is the same.
  seats     zset    claimant with a session -> until when it lasts (us)
  boarding  zset    name of a claim on its way to one -> until when its seat is taken (us)
  ends      zset    claimant -> when its session was ended before its time (us); kept for as long as its token might live
A seat is taken before a claim goes in, and ends by itself if nobody says what became of it. After a loss of data as many
seats as a gateway knew of stay taken for the time of a session.
]]
local function open_seats(c)
  c.seated = 0
  if c.settings.max_active == 0 then return end
  local now = '(' .. whole(c.now_us)
  redis.call('ZREMRANGEBYSCORE', c.keys.seats, '-inf', now)
  redis.call('ZREMRANGEBYSCORE', c.keys.boarding, '-inf', now)
  redis.call('ZREMRANGEBYSCORE', c.keys.ends, '-inf', '(' .. whole(c.now_us - c.settings.session_ttl_us))
  c.seated = redis.call('ZCARD', c.keys.seats) + redis.call('ZCARD', c.keys.boarding)
end

-- An operator ended all sessions that had begun by `ended_us`.
local function end_all_sessions(c, ended_us)
  if ended_us <= c.state.sessionsEnded then return end
  c.state.sessionsEnded, c.state.seatsLost = ended_us, 0
  local until_us = whole(ended_us + c.settings.session_ttl_us)
  c.seated = c.seated - redis.call('ZREMRANGEBYSCORE', c.keys.seats, '-inf', until_us)
end

local function merge_seats(c, known, loss, stranger)
  if c.settings.max_active == 0 then return end
  -- The word first: what a gateway saw taken, it saw after it, and a store that lost its data hears of both at once.
  end_all_sessions(c, known.sessions_ended)
  local lost = math.max(0, known.seats - c.seated)
  if loss then c.state.seatsLost = lost elseif stranger then c.state.seatsLost = math.max(c.state.seatsLost, lost) end
end

local function seats_taken(c)
  if c.settings.max_active == 0 then return 0 end
  local lost = c.now_us < c.state.lossUs + c.settings.session_ttl_us and c.state.seatsLost or 0
  return c.seated + lost
end

-- How many more may go in, as far as budget and seats go.
local function room_left(c)
  if c.settings.max_active == 0 then return units_left(c) end
  return math.min(units_left(c), math.max(0, c.settings.max_active - seats_taken(c)))
end

local function has_session(c, claimant)
  return redis.call('ZSCORE', c.keys.seats, claimant) ~= false
end

local function may_sit(c, ask)
  if ask.seat == '' or c.settings.max_active == 0 then return true end
  return seats_taken(c) < c.settings.max_active or has_session(c, ask.claimant)
end

local function take_seat(c, ask)
  if ask.seat == '' or c.settings.max_active == 0 or has_session(c, ask.claimant) then return end
  c.seated = c.seated + redis.call('ZADD', c.keys.boarding, whole(c.now_us + c.settings.claim_lease_us), ask.seat)
end

-- What became of a claim's seat, or of a session that has none of its own to give back (seat '').
local function settle_seat(c, claimant, seat, begins)
  if c.settings.max_active == 0 then return end
  if seat ~= '' then c.seated = c.seated - redis.call('ZREM', c.keys.boarding, seat) end
  if begins then
    c.seated = c.seated + redis.call('ZADD', c.keys.seats, whole(c.now_us + c.settings.session_ttl_us), claimant)
  elseif seat == '' then
    c.seated = c.seated - redis.call('ZREM', c.keys.seats, claimant)
    redis.call('ZADD', c.keys.ends, whole(c.now_us), claimant)
  end
end

-- Sessions ended since `since_us`, in order: claimant, when, ...
local function ends_since(c, since_us)
  if c.settings.max_active == 0 then return {} end
  return redis.call('ZRANGEBYSCORE', c.keys.ends, '(' .. whole(since_us), '+inf', 'WITHSCORES')
end
