-- Forgets transactions that no credit, no owed event and no waiting deposit rests on. What must outlive the rest keeps its
-- transaction, under a new version: a change computed before is lost, and prune passes it over from now on.
-- In: before when they were last touched; how many to look at; how many to pass over first.
-- Out: how many went, and how many were looked at.
local before, most, skipped = take(), take(), take()

-- Whether a record has a member with that value: within a text its quotes would be escaped. Decoding it would fail for a
-- text with half a surrogate pair, and one callback would keep every prune from its end.
local function says(record, member) return string.find(record, member, 1, true) ~= nil end

local gone = 0
local old = redis.call('ZRANGEBYSCORE', prefix .. 'touched', '-inf', '(' .. before, 'LIMIT', skipped, most)
for _, transaction_id in ipairs(old) do
  local transaction = transaction_key(transaction_id)
  local flat = redis.call('HGETALL', transaction)
  local deposits, events, is_needed, is_kept = {}, {}, false, false
  for at = 1, #flat, 2 do
    local field, value = flat[at], flat[at + 1]
    local kind = string.sub(field, 1, 2)
    if kind == 'x:' or kind == 'e:' or kind == 'f:' then is_kept = true
    elseif kind == 's:' then
      if says(value, '"kind":"removed"') or says(value, '"kind":"failed"') then is_kept = true end
    end
    if kind == 'd:' then
      local values = redis.call('HMGET', deposit_key(value), DEPOSIT_MEMBER, DEPOSIT_STATUS, DEPOSIT_RECIPIENT,
        DEPOSIT_TRANSACTION_ID)
      local deposit = { field = field, id = value, member = values[1], status = values[2], recipient = values[3],
        transaction_id = values[4] }
      deposits[#deposits + 1] = deposit
      if redis.call('ZSCORE', prefix .. 'waiting', deposit.member) then is_needed = true end
    elseif kind == 'e:' then
      local event = read_event(value)
      event.field, event.id = field, value
      events[#events + 1] = event
      if event.state == 'owed' or event.state == 'leased' or event.state == 'dead' then is_needed = true end
    end
  end
  if not is_needed then
    for _, deposit in ipairs(deposits) do
      count('deposits:' .. deposit.status, -1)
      redis.call('DEL', deposit_key(deposit.id))
      redis.call('ZREM', prefix .. 'deps', deposit.member)
      redis.call('ZREM', prefix .. 'deps:' .. deposit.status, deposit.member)
      redis.call('ZREM', prefix .. 'to:' .. deposit.recipient, deposit.member)
      redis.call('ZREM', prefix .. 'tid:' .. deposit.transaction_id, deposit.member)
    end
    for _, event in ipairs(events) do
      local generation = redis.call('HGET', event_key(event.id), EVENT_GENERATION)
      local fact = { event.id, event.deposit, event.kind, generation, event.handed, event.state }
      redis.call('HSET', transaction, 'f:' .. string.sub(event.field, 3), table.concat(fact, '\n'))
      redis.call('HDEL', transaction, event.field)
      redis.call('DEL', event_key(event.id))
      redis.call('ZREM', prefix .. 'evs', event.member)
    end
    if is_kept then
      for _, deposit in ipairs(deposits) do redis.call('HDEL', transaction, deposit.field) end
      redis.call('HSET', transaction, TRANSACTION_CREDITED, '1')
      redis.call('HINCRBY', transaction, TRANSACTION_VERSION, 1)
    else
      redis.call('DEL', transaction)
    end
    redis.call('ZREM', prefix .. 'touched', transaction_id)
    gone = gone + 1
  end
end
return { gone, #old }
