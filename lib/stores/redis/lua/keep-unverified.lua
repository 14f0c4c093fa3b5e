-- Keeps a callback whose signature does not match, under a quota.
-- In: id, provider, address, time received, size, record, body or ''; the quota in bytes for all and for one address, and in
-- callbacks for one address in an hour.
-- Out: 1 if it is kept, also if it was before, else 0.
local id, provider, address, received_at, bytes = take(), take(), take(), take_number(), take_number()
local record, body = take(), take_optional()
local most_bytes, most_bytes_of_address, most_an_hour = take_number(), take_number(), take_number()
local key = unverified_key(id)
if redis.call('EXISTS', key) == 1 then return 1 end
local kept = tonumber(redis.call('HGET', prefix .. 'counts', 'unverified-bytes') or '0')
local kept_of_address = tonumber(redis.call('HGET', prefix .. 'unb', address) or '0')
local lately = redis.call('ZCOUNT', prefix .. 'una:' .. address, '(' .. whole(received_at - 3600000), '+inf')
if kept + bytes > most_bytes or kept_of_address + bytes > most_bytes_of_address or lately >= most_an_hour then
  return 0
end
redis.call('HSET', key, UNVERIFIED_RECORD, record, UNVERIFIED_PROVIDER, provider, UNVERIFIED_ADDRESS, address,
  UNVERIFIED_BYTES, whole(bytes))
if body then redis.call('HSET', key, UNVERIFIED_BODY, body) end
redis.call('ZADD', prefix .. 'uns', redis.call('INCR', prefix .. 'seq'), id)
redis.call('ZADD', prefix .. 'una:' .. address, whole(received_at), id)
redis.call('HINCRBY', prefix .. 'unb', address, whole(bytes))
count('unverified-bytes', whole(bytes))
return 1
