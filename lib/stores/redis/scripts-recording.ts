/** Values: how many keys, the keys. Gives for each a list of version, statements, deposits, facts, decisions. */
export const load: string = `
local found = {}
for i = 1, tonumber(take()) do
  local key = take()
  local t = P .. 'tx:' .. key
  local n = tonumber(redis.call('HGET', t, 'n') or '0')
  local statements, deposits, facts, decisions = {}, {}, {}, {}
  if n > 0 then
    local all = redis.call('HGETALL', t)
    local fields = {}
    for f = 1, #all, 2 do fields[all[f]] = all[f + 1] end
    for m = 1, n do
      if fields['s:' .. m] then statements[#statements + 1] = fields['s:' .. m]
      elseif fields['d:' .. m] then deposits[#deposits + 1] = redis.call('HGET', P .. 'dep:' .. fields['d:' .. m], 'r')
      elseif fields['x:' .. m] then decisions[#decisions + 1] = fields['x:' .. m]
      elseif fields['e:' .. m] then
        local id = fields['e:' .. m]
        local e = redis.call('HMGET', P .. 'ev:' .. id, 'd', 'k', 'g', 'h', 'st')
        facts[#facts + 1] = { id, e[1], e[2], e[3], e[4], e[5] }
      elseif fields['f:' .. m] then facts[#facts + 1] = fields['f:' .. m]
      end
    end
  end
  found[i] = { redis.call('HGET', t, 'v') or '0', statements, deposits, facts, decisions }
end
return found`;

/**
 * Values: own name, how many changes, callbacks; for each change its key, version, whether it credits, how many
 * statements, deposits, events, cancelled, decisions, and these; then the callbacks. Gives the lost keys. All is checked
 * before anything is written: a script is not rolled back.
 */
export const record: string = `
local self = take()
local changes, callbacks = {}, {}
local n_changes, n_callbacks = tonumber(take()), tonumber(take())
local lost = {}
for i = 1, n_changes do
  local c = { key = take(), v = take(), credits = take() == '1', s = {}, d = {}, e = {}, x = {}, z = {} }
  local ns, nd, ne, nz, nx = tonumber(take()), tonumber(take()), tonumber(take()), tonumber(take()), tonumber(take())
  local made = {}
  for _ = 1, ns do c.s[#c.s + 1] = { take(), take() } end
  for _ = 1, nd do
    c.d[#c.d + 1] = { id = take(), r = take(), st = take(), seen = take(), waits = taken(), to = take(), tid = take() }
  end
  for _ = 1, ne do
    local e = { id = take(), d = take(), k = take(), g = take(), r = take() }
    c.e[#c.e + 1] = e
    made[e.id] = true
  end
  for _ = 1, nz do c.z[#c.z + 1] = take() end
  for _ = 1, nx do c.x[#c.x + 1] = take() end
  local bad = (redis.call('HGET', P .. 'tx:' .. c.key, 'v') or '0') ~= c.v
  for _, id in ipairs(c.z) do
    if not bad and not made[id] then bad = redis.call('HGET', P .. 'ev:' .. id, 'h') ~= '0' end
  end
  if bad then lost[#lost + 1] = c.key end
  changes[i] = c
end
if #lost > 0 then return lost end

local owed = false
for _, c in ipairs(changes) do
  local t = P .. 'tx:' .. c.key
  redis.call('HINCRBY', t, 'v', 1)
  if c.credits then redis.call('HSET', t, 'c', '1') end
  if redis.call('HGET', t, 'c') then redis.call('ZREM', P .. 'touched', c.key)
  else redis.call('ZADD', P .. 'touched', int(now), c.key) end
  local n = tonumber(redis.call('HGET', t, 'n') or '0')
  local function add(kind, value) n = n + 1; redis.call('HSET', t, kind .. ':' .. n, value) end
  for _, s in ipairs(c.s) do
    -- Kept, never overwritten: a statement whose id is stored stays as it was.
    if redis.call('HSETNX', t, 'S:' .. s[1], '1') == 1 then add('s', s[2]) end
  end
  for _, d in ipairs(c.d) do
    local dep = P .. 'dep:' .. d.id
    local old = redis.call('HMGET', dep, 'm', 'st', 'to', 'tid')
    local m = old[1]
    if m then
      count('deposits:' .. old[2], -1)
      redis.call('ZREM', P .. 'deps:' .. old[2], m)
      redis.call('ZREM', P .. 'to:' .. old[3], m)
      redis.call('ZREM', P .. 'tid:' .. old[4], m)
      redis.call('ZREM', P .. 'waiting', m)
    else
      m = member(d.id)
      add('d', d.id)
    end
    redis.call('HSET', dep, 'r', d.r, 'k', c.key, 'm', m, 'st', d.st, 'to', d.to, 'tid', d.tid)
    count('deposits:' .. d.st, 1)
    redis.call('ZADD', P .. 'deps', d.seen, m)
    if d.st ~= 'confirmed' then redis.call('ZADD', P .. 'deps:' .. d.st, d.seen, m) end
    redis.call('ZADD', P .. 'to:' .. d.to, d.seen, m)
    redis.call('ZADD', P .. 'tid:' .. d.tid, d.seen, m)
    if d.waits then redis.call('ZADD', P .. 'waiting', d.waits, m) end
  end
  for _, e in ipairs(c.e) do
    local m = member(e.id)
    add('e', e.id)
    redis.call('HSET', P .. 'ev:' .. e.id, 'r', e.r, 'k', e.k, 'g', e.g, 'd', e.d, 'st', 'owed', 'at', '0', 'l', '0',
      'due', '', 'made', int(now), 'h', '0', 'm', m)
    redis.call('ZADD', P .. 'evs', int(now), m)
    redis.call('ZADD', P .. 'owed', int(now), m)
    redis.call('RPUSH', P .. 'line:' .. e.d, e.id)
    give_turn(e.d)
    owed = true
  end
  for _, id in ipairs(c.z) do
    local e = event(id)
    redis.call('HSET', P .. 'ev:' .. id, 'st', 'cancelled', 'settled', int(now))
    leave_line(id, e)
  end
  for _, x in ipairs(c.x) do add('x', x) end
  redis.call('HSET', t, 'n', n)
end

for _ = 1, n_callbacks do
  local id, received, outcome, finished, r, b = take(), take(), take(), take() == '1', take(), taken()
  local cb = P .. 'cb:' .. id
  local old = redis.call('HMGET', cb, 'm', 'o')
  local m = old[1]
  if m then
    redis.call('ZREM', P .. 'cbo:' .. old[2], m)
    redis.call('ZREM', P .. 'cbu', m)
  else
    m = member(id)
    count('callbacks', 1)
  end
  redis.call('HSET', cb, 'r', r, 'm', m, 'o', outcome)
  if b then redis.call('HSET', cb, 'b', b) end
  redis.call('ZADD', P .. 'cbs', received, m)
  if outcome ~= 'recorded' then redis.call('ZADD', P .. 'cbo:' .. outcome, received, m) end
  if not finished then redis.call('ZADD', P .. 'cbu', received, m) end
end
if owed then redis.call('PUBLISH', P .. 'owed', self) end
return lost`;
