--[[
Requests for wrk. Arguments after `--`, as name=value:

method, path      of every request
bodyBytes         size of the body; 0: none
claimant          fresh (a new one each request), cycle (of `people`), or a name
base, people      number of the first claimant; how many there are in a cycle
paths             a file with one path a line, asked for in turn instead of `path`; with a fresh claimant each, if so said

Texts are made once and a claimant's number put in between, as wrk shares its core with the service behind.
]]
local NUMBER = "0000000000"
local head, tail, count, people, base
local list, at

local function options(args)
  local given = {}
  for _, arg in ipairs(args) do
    local name, value = arg:match("^(%w+)=(.*)$")
    given[name] = value
  end
  return given
end

function init(args)
  local given = options(args)
  local headers = { ["Host"] = wrk.headers["Host"], ["Accept"] = "application/json", ["User-Agent"] = "shop-app/5.1" }
  local bodyBytes = tonumber(given.bodyBytes or "0")
  local body = bodyBytes > 0 and ('{"action":"claim","pad":"' .. ("x"):rep(bodyBytes - 27) .. '"}') or nil
  if body then headers["Content-Type"] = "application/json" end
  local claimant = given.claimant or "none"
  if claimant == "fresh" or claimant == "cycle" then headers["X-User-Id"] = "u-" .. NUMBER
  elseif claimant ~= "none" then headers["X-User-Id"] = claimant end
  base, count, people = tonumber(given.base or "0"), 0, claimant == "cycle" and tonumber(given.people) or nil
  if given.paths then
    list, at = {}, 0
    for path in io.lines(given.paths) do
      local text = wrk.format(given.method, path, headers, body)
      local from, to = text:find(NUMBER, 1, true)
      list[#list + 1] = claimant == "fresh" and { text:sub(1, from - 1), text:sub(to + 1) } or { text }
    end
    return
  end
  local text = wrk.format(given.method, given.path, headers, body)
  local from, to = text:find(NUMBER, 1, true)
  if from then head, tail = text:sub(1, from - 1), text:sub(to + 1) else head, tail = text, nil end
end

function request()
  if list then
    at = at % #list + 1
    local entry = list[at]
    if not entry[2] then return entry[1] end
    count = count + 1
    return entry[1] .. ("%010d"):format(base + count - 1) .. entry[2]
  end
  if not tail then return head end
  local number = base + (people and count % people or count)
  count = count + 1
  return head .. ("%010d"):format(number) .. tail
end

function done(summary, latency)
  local e = summary.errors
  io.write(('BENCH {"requests":%d,"durationUs":%d,"refused":%d,"broken":%d,"p50Us":%d,"p99Us":%d}\n'):format(
    summary.requests, summary.duration, e.status, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
