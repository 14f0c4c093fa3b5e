import { suspectAfter } from '../store.ts';

/**
 * Values: limit, lease in ms, holder, how long it counts as alive in ms, whether suspects are asked for, kinds. Gives for
 * each claim its id, kind, generation, attempt, lease, record.
 */
export const claim: string = `
local limit, lease_ms, holder, alive_ms, suspects = tonumber(take()), tonumber(take()), take(), take(), take() == '1'
local due = {}
while at < #ARGV do
  local kind = take()
  -- Suspects are few, and stand among the others.
  local n, from = 0, 0
  repeat
    local found = redis.call('ZRANGEBYSCORE', P .. 'due:' .. kind, '-inf', int(now), 'WITHSCORES', 'LIMIT', from, limit)
    for i = 1, #found, 2 do
      local crashes = tonumber(redis.call('HGET', P .. 'ev:' .. found[i], 'cr') or '0')
      if (crashes >= ${suspectAfter}) == suspects then
        due[#due + 1] = { id = found[i], at = tonumber(found[i + 1]) }
        n = n + 1
      end
    end
    from = from + limit
  until n >= limit or #found < 2 * limit
end
table.sort(due, function(a, b) if a.at ~= b.at then return a.at < b.at end; return a.id < b.id end)
local claims = {}
for i = 1, math.min(limit, #due) do
  local id = due[i].id
  local ev = P .. 'ev:' .. id
  local attempt, lease = redis.call('HINCRBY', ev, 'at', 1), redis.call('HINCRBY', ev, 'l', 1)
  local until_ = int(now + lease_ms)
  redis.call('HSET', ev, 'st', 'leased', 'h', '1', 'due', until_, 'own', holder)
  local e = redis.call('HMGET', ev, 'k', 'g', 'r')
  redis.call('ZADD', P .. 'due:' .. e[1], until_, id)
  claims[i] = { id, e[1], e[2], tostring(attempt), tostring(lease), e[3] }
end
if #claims > 0 then
  redis.call('SADD', P .. 'holders', holder)
  redis.call('SET', P .. 'holder:' .. holder, '1', 'PX', alive_ms)
end
return claims`;

/**
 * Values: crashes that make a dead letter, the reason, kinds, a '', holders that have ended as far as the caller can see.
 * Frees what they held, and what those held whose key ran out; gives for each event its state, id, kind, generation, record.
 */
export const freeOrphaned: string = `
local limit, reason = tonumber(take()), take()
local kinds, gone, any = {}, {}, false
for kind in take do
  if kind == '' then break end
  kinds[#kinds + 1] = kind
end
while at < #ARGV do gone[take()] = true end
for _, holder in ipairs(redis.call('SMEMBERS', P .. 'holders')) do
  if gone[holder] or redis.call('EXISTS', P .. 'holder:' .. holder) == 0 then
    gone[holder], any = true, true
    redis.call('SREM', P .. 'holders', holder)
    redis.call('DEL', P .. 'holder:' .. holder)
  end
end
local freed = {}
if not any then return freed end
for _, kind in ipairs(kinds) do
  for _, id in ipairs(redis.call('ZRANGE', P .. 'due:' .. kind, 0, -1)) do
    local ev = P .. 'ev:' .. id
    local e = redis.call('HMGET', ev, 'st', 'own', 'g', 'r', 'm', 'made')
    if e[1] == 'leased' and e[2] and gone[e[2]] then
      local crashes = redis.call('HINCRBY', ev, 'cr', 1)
      redis.call('HINCRBY', ev, 'at', -1)
      local state = crashes >= limit and 'dead' or 'owed'
      redis.call('HSET', ev, 'st', state, 'due', int(now))
      redis.call('HDEL', ev, 'own')
      if state == 'dead' then
        redis.call('HSET', ev, 'err', reason)
        redis.call('ZREM', P .. 'due:' .. kind, id)
        redis.call('ZREM', P .. 'owed', e[5])
        redis.call('ZADD', P .. 'dead', e[6], e[5])
      else
        redis.call('ZADD', P .. 'due:' .. kind, int(now), id)
      end
      freed[#freed + 1] = { state, id, kind, e[3], e[4] }
    end
  end
end
return freed`;

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
redis.call('HDEL', P .. 'ev:' .. id, 'cr')
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
redis.call('HDEL', P .. 'ev:' .. id, 'cr')
redis.call('ZREM', P .. 'dead', e.m)
redis.call('ZADD', P .. 'owed', e.made, e.m)
redis.call('ZADD', P .. 'due:' .. e.k, int(now), id)
redis.call('PUBLISH', P .. 'owed', self)
return 1`;
