-- Ends an attempt that failed.
-- In: event id, lease, after how many ms it is due again, '1' if it is a dead letter from now on, the error.
-- Out: 1, or 0 if the lease is no longer theirs.
local id, lease, delay_ms, is_dead, message = take(), take(), take_number(), take() == '1', take()
local event = read_leased(id, lease)
if not event then return 0 end
redis.call('HSET', event_key(id), EVENT_STATE, is_dead and 'dead' or 'owed', EVENT_DUE, whole(now + delay_ms),
  EVENT_ERROR, message)
redis.call('HDEL', event_key(id), EVENT_CRASHES)
if is_dead then
  redis.call('ZREM', due_key(event.kind), id)
  redis.call('ZREM', prefix .. 'owed', event.member)
  redis.call('ZADD', prefix .. 'dead', event.made, event.member)
else
  redis.call('ZADD', due_key(event.kind), whole(now + delay_ms), id)
end
return 1
