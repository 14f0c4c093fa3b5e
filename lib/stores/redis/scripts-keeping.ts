/** Values: id, provider, address, time received, bytes, record, body, and the quota: bytes, of the address, an hour. */
export const keepUnverified: string = `
local id, provider, address, received, bytes, r, b = take(), take(), take(), tonumber(take()), tonumber(take()), take(), taken()
local all, of_address, an_hour = tonumber(take()), tonumber(take()), tonumber(take())
local un = P .. 'un:' .. id
if redis.call('EXISTS', un) == 1 then return 1 end
local kept = tonumber(redis.call('HGET', P .. 'counts', 'unverified-bytes') or '0')
local kept_of_address = tonumber(redis.call('HGET', P .. 'unb', address) or '0')
local lately = redis.call('ZCOUNT', P .. 'una:' .. address, '(' .. int(received - 3600000), '+inf')
if kept + bytes > all or kept_of_address + bytes > of_address or lately >= an_hour then return 0 end
redis.call('HSET', un, 'r', r, 'p', provider, 'a', address, 'n', int(bytes))
if b then redis.call('HSET', un, 'b', b) end
redis.call('ZADD', P .. 'uns', redis.call('INCR', P .. 'seq'), id)
redis.call('ZADD', P .. 'una:' .. address, int(received), id)
redis.call('HINCRBY', P .. 'unb', address, int(bytes))
count('unverified-bytes', int(bytes))
return 1`;

/** Values: the ids. */
export const dropUnverified: string = `
while at < #ARGV do
  local id = take()
  local u = redis.call('HMGET', P .. 'un:' .. id, 'a', 'n')
  if u[1] then
    redis.call('DEL', P .. 'un:' .. id)
    redis.call('ZREM', P .. 'uns', id)
    redis.call('ZREM', P .. 'una:' .. u[1], id)
    if redis.call('HINCRBY', P .. 'unb', u[1], '-' .. u[2]) <= 0 then redis.call('HDEL', P .. 'unb', u[1]) end
    count('unverified-bytes', '-' .. u[2])
  end
end
return 1`;

// Whether a record has a member with that value: within a text its quotes would be escaped. Decoding it would fail for a
// text with half a surrogate pair, and one callback would keep every prune from its end.
const says = `local function says(record, member) return string.find(record, member, 1, true) ~= nil end
`;

/** Values: members of the index of callbacks. */
export const forgetCallbacks: string = `
local gone = 0
while at < #ARGV do
  local m = take()
  local id = string.sub(m, 18)
  local outcome = redis.call('HGET', P .. 'cb:' .. id, 'o')
  if outcome then
    redis.call('DEL', P .. 'cb:' .. id)
    redis.call('ZREM', P .. 'cbs', m)
    redis.call('ZREM', P .. 'cbo:' .. outcome, m)
    redis.call('ZREM', P .. 'cbu', m)
    gone = gone + 1
  end
end
count('callbacks', -gone)
return gone`;

/**
 * Forgets deposits of transactions that no credit, no owed event and no waiting deposit rests on. Values: before, how many
 * to look at, how many to leave in front. Gives how many went, and how many were seen.
 */
export const pruneTransactions: string = `
${says}
local before, step, skip = take(), take(), take()
local gone = 0
local old = redis.call('ZRANGEBYSCORE', P .. 'touched', '-inf', '(' .. before, 'LIMIT', skip, step)
for _, key in ipairs(old) do
  local t = P .. 'tx:' .. key
  local all = redis.call('HGETALL', t)
  local deposits, events, needed, kept = {}, {}, false, false
  for f = 1, #all, 2 do
    local kind = string.sub(all[f], 1, 2)
    if kind == 'x:' or kind == 'e:' or kind == 'f:' then kept = true
    elseif kind == 's:' then
      if says(all[f + 1], '"kind":"removed"') or says(all[f + 1], '"kind":"failed"') then kept = true end
    end
    if kind == 'd:' then
      local d = redis.call('HMGET', P .. 'dep:' .. all[f + 1], 'm', 'st', 'to', 'tid')
      deposits[#deposits + 1] = { field = all[f], id = all[f + 1], m = d[1], st = d[2], to = d[3], tid = d[4] }
      if redis.call('ZSCORE', P .. 'waiting', d[1]) then needed = true end
    elseif kind == 'e:' then
      local e = event(all[f + 1])
      events[#events + 1] = { field = all[f], id = all[f + 1], e = e, m = e.m }
      if e.st == 'owed' or e.st == 'leased' or e.st == 'dead' then needed = true end
    end
  end
  if not needed then
    for _, d in ipairs(deposits) do
      count('deposits:' .. d.st, -1)
      redis.call('DEL', P .. 'dep:' .. d.id)
      redis.call('ZREM', P .. 'deps', d.m)
      redis.call('ZREM', P .. 'deps:' .. d.st, d.m)
      redis.call('ZREM', P .. 'to:' .. d.to, d.m)
      redis.call('ZREM', P .. 'tid:' .. d.tid, d.m)
    end
    for _, e in ipairs(events) do
      local g = redis.call('HGET', P .. 'ev:' .. e.id, 'g')
      redis.call('HSET', t, 'f:' .. string.sub(e.field, 3),
        table.concat({ e.id, e.e.d, e.e.k, g, e.e.h, e.e.st }, '\\n'))
      redis.call('HDEL', t, e.field)
      redis.call('DEL', P .. 'ev:' .. e.id)
      redis.call('ZREM', P .. 'evs', e.m)
    end
    -- What must outlive the rest keeps its transaction; a change computed before is lost.
    if kept then
      for _, d in ipairs(deposits) do redis.call('HDEL', t, d.field, 'D:' .. d.id) end
      redis.call('HSET', t, 'c', '1')
      redis.call('HINCRBY', t, 'v', 1)
    else
      redis.call('DEL', t)
    end
    redis.call('ZREM', P .. 'touched', key)
    gone = gone + 1
  end
end
return { gone, #old }`;

/**
 * A page of an index, newest first or oldest first. Values: index, 'new' or 'old', member to begin behind or '', how many,
 * prefix of the hashes, fields. Gives for each its member and the fields.
 */
export const page: string = `
local index, order, after, n, hash = P .. take(), take(), taken(), tonumber(take()), P .. take()
local fields = {}
while at < #ARGV do fields[#fields + 1] = take() end
local start = 0
if after then
  local rank = redis.call(order == 'new' and 'ZREVRANK' or 'ZRANK', index, after)
  if not rank then return {} end
  start = rank + 1
end
local members = redis.call(order == 'new' and 'ZREVRANGE' or 'ZRANGE', index, start, start + n - 1)
local found = {}
for i, m in ipairs(members) do
  local id = string.sub(m, 18)
  found[i] = { m, redis.call('HMGET', hash .. id, unpack(fields)), id }
end
return found`;
