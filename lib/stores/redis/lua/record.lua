-- Records a batch: compares the versions of all transactions that it changes, then writes everything, or nothing.
-- In: the store's own name, which is published if events are owed; how many changes and callbacks; for each change its key, the
-- version that it was computed from, '1' if it credits, how many statements, deposits, events, cancelled events and decisions,
-- and these; then the callbacks. An event has '1' if it is leased from the start, should it be due: for these the lease in ms, and
-- the holder's name and how long it counts as alive, in ms, come before all changes.
-- Out: the keys of the changes that are lost, and nothing is kept then; the ids of the events that are leased.
local self = take()
local lease_ms, holder, alive_ms = take_number(), take(), take()
local changes = {}
local change_count, callback_count = take_number(), take_number()
local lost = {}
for index = 1, change_count do
  local change = { key = take(), version = take(), credits = take() == '1', statements = {}, deposits = {}, events = {},
    cancelled = {}, decisions = {} }
  local statement_count, deposit_count, event_count = take_number(), take_number(), take_number()
  local cancelled_count, decision_count = take_number(), take_number()
  local made = {}
  for at = 1, statement_count do change.statements[at] = { id = take(), record = take() } end
  for at = 1, deposit_count do
    change.deposits[at] = { id = take(), record = take(), status = take(), first_seen_at = take(),
      waiting_since = take_optional(), recipient = take(), transaction_id = take() }
  end
  for at = 1, event_count do
    local event = { id = take(), deposit = take(), kind = take(), generation = take(), record = take(),
      is_leased = take() == '1' }
    change.events[at] = event
    made[event.id] = true
  end
  for at = 1, cancelled_count do change.cancelled[at] = take() end
  for at = 1, decision_count do change.decisions[at] = take() end
  local is_lost = (redis.call('HGET', transaction_key(change.key), TRANSACTION_VERSION) or '0') ~= change.version
  for _, id in ipairs(change.cancelled) do
    if not is_lost and not made[id] then is_lost = redis.call('HGET', event_key(id), EVENT_HANDED) ~= '0' end
  end
  if is_lost then lost[#lost + 1] = change.key end
  changes[index] = change
end
if #lost > 0 then return { lost, {} } end

local is_owed, leased = false, {}
for _, change in ipairs(changes) do
  local transaction = transaction_key(change.key)
  redis.call('HINCRBY', transaction, TRANSACTION_VERSION, 1)
  if change.credits then redis.call('HSET', transaction, TRANSACTION_CREDITED, '1') end
  if redis.call('HGET', transaction, TRANSACTION_CREDITED) then redis.call('ZREM', prefix .. 'touched', change.key)
  else redis.call('ZADD', prefix .. 'touched', whole(now), change.key) end
  local numbers = tonumber(redis.call('HGET', transaction, TRANSACTION_NUMBERS) or '0')
  local function add(kind, value)
    numbers = numbers + 1
    redis.call('HSET', transaction, kind .. ':' .. numbers, value)
  end

  for _, statement in ipairs(change.statements) do
    -- Kept, never overwritten: a statement whose id is stored stays as it was.
    if redis.call('HSETNX', transaction, 'S:' .. statement.id, '1') == 1 then add('s', statement.record) end
  end

  for _, deposit in ipairs(change.deposits) do
    local key = deposit_key(deposit.id)
    local old = redis.call('HMGET', key, DEPOSIT_MEMBER, DEPOSIT_STATUS, DEPOSIT_RECIPIENT, DEPOSIT_TRANSACTION_ID)
    local member, old_status, old_recipient, old_transaction_id = old[1], old[2], old[3], old[4]
    if member then
      count('deposits:' .. old_status, -1)
      redis.call('ZREM', prefix .. 'deps:' .. old_status, member)
      redis.call('ZREM', prefix .. 'to:' .. old_recipient, member)
      redis.call('ZREM', prefix .. 'tid:' .. old_transaction_id, member)
      redis.call('ZREM', prefix .. 'waiting', member)
    else
      member = new_member(deposit.id)
      add('d', deposit.id)
    end
    redis.call('HSET', key, DEPOSIT_RECORD, deposit.record, DEPOSIT_TRANSACTION, change.key, DEPOSIT_MEMBER, member,
      DEPOSIT_STATUS, deposit.status, DEPOSIT_RECIPIENT, deposit.recipient,
      DEPOSIT_TRANSACTION_ID, deposit.transaction_id)
    count('deposits:' .. deposit.status, 1)
    redis.call('ZADD', prefix .. 'deps', deposit.first_seen_at, member)
    if deposit.status ~= 'confirmed' then
      redis.call('ZADD', prefix .. 'deps:' .. deposit.status, deposit.first_seen_at, member)
    end
    redis.call('ZADD', prefix .. 'to:' .. deposit.recipient, deposit.first_seen_at, member)
    redis.call('ZADD', prefix .. 'tid:' .. deposit.transaction_id, deposit.first_seen_at, member)
    if deposit.waiting_since then redis.call('ZADD', prefix .. 'waiting', deposit.waiting_since, member) end
  end

  for _, event in ipairs(change.events) do
    local member = new_member(event.id)
    add('e', event.id)
    redis.call('HSET', event_key(event.id), EVENT_RECORD, event.record, EVENT_KIND, event.kind,
      EVENT_GENERATION, event.generation, EVENT_DEPOSIT, event.deposit, EVENT_STATE, 'owed', EVENT_ATTEMPTS, '0',
      EVENT_LEASE, '0', EVENT_DUE, '', EVENT_MADE, whole(now), EVENT_HANDED, '0', EVENT_MEMBER, member)
    redis.call('ZADD', prefix .. 'evs', whole(now), member)
    redis.call('ZADD', prefix .. 'owed', whole(now), member)
    redis.call('RPUSH', line_key(event.deposit), event.id)
    give_turn(event.deposit)
    if event.is_leased and redis.call('HGET', event_key(event.id), EVENT_DUE) ~= '' then
      local ends = whole(now + lease_ms)
      redis.call('HSET', event_key(event.id), EVENT_STATE, 'leased', EVENT_HANDED, '1', EVENT_ATTEMPTS, '1',
        EVENT_LEASE, '1', EVENT_DUE, ends, EVENT_HOLDER, holder)
      redis.call('ZADD', due_key(event.kind), ends, event.id)
      leased[#leased + 1] = event.id
    else
      is_owed = true
    end
  end

  for _, id in ipairs(change.cancelled) do
    local event = read_event(id)
    redis.call('HSET', event_key(id), EVENT_STATE, 'cancelled', EVENT_SETTLED, whole(now))
    leave_line(id, event)
  end

  for _, decision in ipairs(change.decisions) do add('x', decision) end
  redis.call('HSET', transaction, TRANSACTION_NUMBERS, numbers)
end

for _ = 1, callback_count do
  local id, received_at, outcome, is_finished = take(), take(), take(), take() == '1'
  local record, body = take(), take_optional()
  local key = callback_key(id)
  local old = redis.call('HMGET', key, CALLBACK_MEMBER, CALLBACK_OUTCOME)
  local member, old_outcome = old[1], old[2]
  if member then
    redis.call('ZREM', prefix .. 'cbo:' .. old_outcome, member)
    redis.call('ZREM', prefix .. 'cbu', member)
  else
    member = new_member(id)
    count('callbacks', 1)
  end
  redis.call('HSET', key, CALLBACK_RECORD, record, CALLBACK_MEMBER, member, CALLBACK_OUTCOME, outcome)
  if body then redis.call('HSET', key, CALLBACK_BODY, body) end
  redis.call('ZADD', prefix .. 'cbs', received_at, member)
  if outcome ~= 'recorded' then redis.call('ZADD', prefix .. 'cbo:' .. outcome, received_at, member) end
  if not is_finished then redis.call('ZADD', prefix .. 'cbu', received_at, member) end
end
if is_owed then redis.call('PUBLISH', prefix .. 'owed', self) end
if #leased > 0 then keep_holder(holder, alive_ms) end
return { lost, leased }
