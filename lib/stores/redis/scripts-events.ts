/** Values: limit, lease in ms, kinds. Gives for each claim its id, kind, generation, attempt, lease, record. */
export const claim: string = `
local limit, lease_ms = tonumber(take()), tonumber(take())
local due = {}
while at < #ARGV do
  local kind = take()
  local found = redis.call('ZRANGEBYSCORE', P .. 'due:' .. kind, '-inf', int(now), 'WITHSCORES', 'LIMIT', 0, limit)
  for i = 1, #found, 2 do due[#due + 1] = { id = found[i], at = tonumber(found[i + 1]) } end
end
table.sort(due, function(a, b) if a.at ~= b.at then return a.at < b.at end; return a.id < b.id end)
local claims = {}
for i = 1, math.min(limit, #due) do
  local id = due[i].id
  local ev = P .. 'ev:' .. id
  local attempt, lease = redis.call('HINCRBY', ev, 'at', 1), redis.call('HINCRBY', ev, 'l', 1)
  local until_ = int(now + lease_ms)
  redis.call('HSET', ev, 'st', 'leased', 'h', '1', 'due', until_)
  local e = redis.call('HMGET', ev, 'k', 'g', 'r')
  redis.call('ZADD', P .. 'due:' .. e[1], until_, id)
  claims[i] = { id, e[1], e[2], tostring(attempt), tostring(lease), e[3] }
end
return claims`;

/** Values of these five: event id, lease. */
export const isOurs: string = `return ours(take(), take()) and 1 or 0`;

export const extend: string = `
local id, lease, ms = take(), take(), tonumber(take())
local e = ours(id, lease)
if not e then return 0 end
redis.call('HSET', P .. 'ev:' .. id, 'due', int(now + ms))
redis.call('ZADD', P .. 'due:' .. e.k, int(now + ms), id)
return 1`;

export const settle: string = `
local id, lease = take(), take()
local e = ours(id, lease)
if not e then return 0 end
redis.call('HSET', P .. 'ev:' .. id, 'st', 'handled', 'settled', int(now))
leave_line(id, e)
return 1`;

/** And: delay in ms, whether it is dead, the error. */
export const fail: string = `
local id, lease, ms, dead, error_ = take(), take(), tonumber(take()), take() == '1', take()
local e = ours(id, lease)
if not e then return 0 end
redis.call('HSET', P .. 'ev:' .. id, 'st', dead and 'dead' or 'owed', 'due', int(now + ms), 'err', error_)
if dead then
  redis.call('ZREM', P .. 'due:' .. e.k, id)
  redis.call('ZREM', P .. 'owed', e.m)
  redis.call('ZADD', P .. 'dead', e.made, e.m)
else
  redis.call('ZADD', P .. 'due:' .. e.k, int(now + ms), id)
end
return 1`;

export const release: string = `
local id, lease = take(), take()
local e = ours(id, lease)
if not e then return 0 end
redis.call('HINCRBY', P .. 'ev:' .. id, 'at', -1)
redis.call('HSET', P .. 'ev:' .. id, 'st', 'owed', 'due', int(now))
redis.call('ZADD', P .. 'due:' .. e.k, int(now), id)
return 1`;

/** Values: own name, event id. */
export const redeliver: string = `
local self, id = take(), take()
local e = event(id)
if not e or e.st ~= 'dead' then return 0 end
redis.call('HSET', P .. 'ev:' .. id, 'st', 'owed', 'due', int(now), 'at', '0')
redis.call('ZREM', P .. 'dead', e.m)
redis.call('ZADD', P .. 'owed', e.made, e.m)
redis.call('ZADD', P .. 'due:' .. e.k, int(now), id)
redis.call('PUBLISH', P .. 'owed', self)
return 1`;
