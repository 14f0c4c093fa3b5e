-- Forgets callbacks whose signature did not match.
-- In: their ids.
while has_more() do
  local id = take()
  local values = redis.call('HMGET', unverified_key(id), UNVERIFIED_ADDRESS, UNVERIFIED_BYTES)
  local address, bytes = values[1], values[2]
  if address then
    redis.call('DEL', unverified_key(id))
    redis.call('ZREM', prefix .. 'uns', id)
    redis.call('ZREM', prefix .. 'una:' .. address, id)
    if redis.call('HINCRBY', prefix .. 'unb', address, '-' .. bytes) <= 0 then
      redis.call('HDEL', prefix .. 'unb', address)
    end
    count('unverified-bytes', '-' .. bytes)
  end
end
return 1
