-- Leases events that are due, the longest due first.
-- In: how many at most; the lease in ms; the holder's name; how long it counts as alive, in ms; '1' if suspects are asked for,
-- that is events during which so many holders have ended; that number; the kinds of events.
-- Out, for each: id, kind, generation, attempt, lease, record.
local most, lease_ms, holder, alive_ms = take_number(), take_number(), take(), take()
local suspects, suspect_after = take() == '1', take_number()
local due = {}
while has_more() do
  local kind = take()
  -- Suspects are few, and stand among the others.
  local found, from = 0, 0
  local page
  repeat
    page = redis.call('ZRANGEBYSCORE', due_key(kind), '-inf', whole(now), 'WITHSCORES', 'LIMIT', from, most)
    for at = 1, #page, 2 do
      local crashes = tonumber(redis.call('HGET', event_key(page[at]), EVENT_CRASHES) or '0')
      if (crashes >= suspect_after) == suspects then
        due[#due + 1] = { id = page[at], due_at = tonumber(page[at + 1]) }
        found = found + 1
      end
    end
    from = from + most
  until found >= most or #page < 2 * most
end
table.sort(due, function(one, other)
  if one.due_at ~= other.due_at then return one.due_at < other.due_at end
  return one.id < other.id
end)
local claims = {}
for index = 1, math.min(most, #due) do
  local id = due[index].id
  local key = event_key(id)
  local attempt, lease = redis.call('HINCRBY', key, EVENT_ATTEMPTS, 1), redis.call('HINCRBY', key, EVENT_LEASE, 1)
  local ends = whole(now + lease_ms)
  redis.call('HSET', key, EVENT_STATE, 'leased', EVENT_HANDED, '1', EVENT_DUE, ends, EVENT_HOLDER, holder)
  local values = redis.call('HMGET', key, EVENT_KIND, EVENT_GENERATION, EVENT_RECORD)
  redis.call('ZADD', due_key(values[1]), ends, id)
  claims[index] = { id, values[1], values[2], tostring(attempt), tostring(lease), values[3] }
end
if #claims > 0 then keep_holder(holder, alive_ms) end
return claims
