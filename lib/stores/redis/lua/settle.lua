-- Marks an event as handled and gives the next of its deposit its turn.
-- In: event id, lease.
-- Out: 1, or 0 if the lease is no longer theirs.
local id, lease = take(), take()
local event = read_leased(id, lease)
if not event then return 0 end
redis.call('HSET', event_key(id), EVENT_STATE, 'handled', EVENT_SETTLED, whole(now))
leave_line(id, event)
return 1
