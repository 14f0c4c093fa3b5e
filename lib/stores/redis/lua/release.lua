-- Gives an event back as if it had not been claimed.
-- In: event id, lease.
-- Out: 1, or 0 if the lease is no longer theirs.
local id, lease = take(), take()
local event = read_leased(id, lease)
if not event then return 0 end
redis.call('HINCRBY', event_key(id), EVENT_ATTEMPTS, -1)
redis.call('HSET', event_key(id), EVENT_STATE, 'owed', EVENT_DUE, whole(now))
redis.call('ZADD', due_key(event.kind), whole(now), id)
return 1
