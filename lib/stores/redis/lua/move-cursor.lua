-- Stores a cursor as the next version, unless another has been stored meanwhile.
-- In: its id, the version that must be stored (0: none), its record.
-- Out: 1, or 0 if another is stored.
local id, version, record = take(), take_number(), take()
local old = redis.call('HGET', prefix .. 'cursors', id)
if (old and tonumber(string.match(old, '^%d+')) or 0) ~= version then return 0 end
redis.call('HSET', prefix .. 'cursors', id, whole(version + 1) .. ':' .. record)
return 1
