-- Owes a dead letter again.
-- In: the store's own name, which is published; event id.
-- Out: 1, or 0 if it is no dead letter.
local self, id = take(), take()
local event = read_event(id)
if not event or event.state ~= 'dead' then return 0 end
redis.call('HSET', event_key(id), EVENT_STATE, 'owed', EVENT_DUE, whole(now), EVENT_ATTEMPTS, '0')
redis.call('HDEL', event_key(id), EVENT_CRASHES)
redis.call('ZREM', prefix .. 'dead', event.member)
redis.call('ZADD', prefix .. 'owed', event.made, event.member)
redis.call('ZADD', due_key(event.kind), whole(now), id)
redis.call('PUBLISH', prefix .. 'owed', self)
return 1
