-- Prolongs a lease.
-- In: event id, lease, for how many ms from now.
-- Out: 1, or 0 if the lease is no longer theirs.
local id, lease, lease_ms = take(), take(), take_number()
local event = read_leased(id, lease)
if not event then return 0 end
redis.call('HSET', event_key(id), EVENT_DUE, whole(now + lease_ms))
redis.call('ZADD', due_key(event.kind), whole(now + lease_ms), id)
return 1
