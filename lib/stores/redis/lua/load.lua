-- Reads the states of transactions.
-- In: how many keys, the keys.
-- Out, for each: a list of version, statements, deposits, facts and decisions, each in the order in which they came. The fact of
-- a pruned event is one text, its parts apart by line ends.
local found = {}
for index = 1, take_number() do
  local transaction = transaction_key(take())
  local numbers = tonumber(redis.call('HGET', transaction, TRANSACTION_NUMBERS) or '0')
  local statements, deposits, facts, decisions = {}, {}, {}, {}
  if numbers > 0 then
    local flat = redis.call('HGETALL', transaction)
    local fields = {}
    for at = 1, #flat, 2 do fields[flat[at]] = flat[at + 1] end
    for number = 1, numbers do
      if fields['s:' .. number] then statements[#statements + 1] = fields['s:' .. number]
      elseif fields['d:' .. number] then
        deposits[#deposits + 1] = redis.call('HGET', deposit_key(fields['d:' .. number]), DEPOSIT_RECORD)
      elseif fields['x:' .. number] then decisions[#decisions + 1] = fields['x:' .. number]
      elseif fields['e:' .. number] then
        local id = fields['e:' .. number]
        local values = redis.call('HMGET', event_key(id), EVENT_DEPOSIT, EVENT_KIND, EVENT_GENERATION, EVENT_HANDED,
          EVENT_STATE)
        facts[#facts + 1] = { id, values[1], values[2], values[3], values[4], values[5] }
      elseif fields['f:' .. number] then facts[#facts + 1] = fields['f:' .. number]
      end
    end
  end
  local version = redis.call('HGET', transaction, TRANSACTION_VERSION) or '0'
  found[index] = { version, statements, deposits, facts, decisions }
end
return found
