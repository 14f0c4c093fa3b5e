-- Forgets callbacks.
-- In: their members in the index of callbacks.
-- Out: how many went.
local gone = 0
while has_more() do
  local member = take()
  local key = callback_key(id_of_member(member))
  local outcome = redis.call('HGET', key, CALLBACK_OUTCOME)
  if outcome then
    redis.call('DEL', key)
    redis.call('ZREM', prefix .. 'cbs', member)
    redis.call('ZREM', prefix .. 'cbo:' .. outcome, member)
    redis.call('ZREM', prefix .. 'cbu', member)
    gone = gone + 1
  end
end
count('callbacks', -gone)
return gone
