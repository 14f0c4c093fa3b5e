-- Takes back what holders had leased that have ended: those whose key ran out, and those that the caller knows to be gone.
-- In: after how many such ends an event is a dead letter; the reason to keep with it; kinds of events, then ''; the holders.
-- Out, for each event: state, id, kind, generation, record.
local most_crashes, reason = take_number(), take()
local kinds, gone, is_any_gone = {}, {}, false
for kind in take do
  if kind == '' then break end
  kinds[#kinds + 1] = kind
end
while has_more() do gone[take()] = true end
for _, holder in ipairs(redis.call('SMEMBERS', prefix .. 'holders')) do
  if gone[holder] or redis.call('EXISTS', prefix .. 'holder:' .. holder) == 0 then
    gone[holder], is_any_gone = true, true
    redis.call('SREM', prefix .. 'holders', holder)
    redis.call('DEL', prefix .. 'holder:' .. holder)
  end
end
local freed = {}
if not is_any_gone then return freed end
for _, kind in ipairs(kinds) do
  for _, id in ipairs(redis.call('ZRANGE', due_key(kind), 0, -1)) do
    local key = event_key(id)
    local values = redis.call('HMGET', key, EVENT_STATE, EVENT_HOLDER, EVENT_GENERATION, EVENT_RECORD, EVENT_MEMBER,
      EVENT_MADE)
    local state, holder, generation, record, member, made = unpack(values)
    if state == 'leased' and holder and gone[holder] then
      local crashes = redis.call('HINCRBY', key, EVENT_CRASHES, 1)
      redis.call('HINCRBY', key, EVENT_ATTEMPTS, -1)
      local new_state = crashes >= most_crashes and 'dead' or 'owed'
      redis.call('HSET', key, EVENT_STATE, new_state, EVENT_DUE, whole(now))
      redis.call('HDEL', key, EVENT_HOLDER)
      if new_state == 'dead' then
        redis.call('HSET', key, EVENT_ERROR, reason)
        redis.call('ZREM', due_key(kind), id)
        redis.call('ZREM', prefix .. 'owed', member)
        redis.call('ZADD', prefix .. 'dead', made, member)
      else
        redis.call('ZADD', due_key(kind), whole(now), id)
      end
      freed[#freed + 1] = { new_state, id, kind, generation, record }
    end
  end
end
return freed
