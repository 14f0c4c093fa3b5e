-- Comes in front of every other script here. Redis runs a script whole, and writes it to its log as one transaction. It rolls
-- nothing back, so a script checks all that it must before it writes.
-- In: KEYS[1], the prefix of all keys; ARGV[1], the time in epoch ms, or '' for the server's clock; then the script's own
-- values, one after the other.
--
-- Keys, after the prefix:
--   tx:<key>     hash of a transaction: see TRANSACTION_; then by number s:<n> a statement, d:<n> a deposit id, e:<n> an event
--                id, f:<n> the fact of a pruned event, x:<n> a decision. S:<id> marks a statement as stored.
--   dep:<id>     hash of a deposit: see DEPOSIT_
--   ev:<id>      hash of an event: see EVENT_
--   line:<id>    list of a deposit's unsettled events; only the first may be due
--   cb:<id>      hash of a callback: see CALLBACK_
--   un:<id>      hash of a callback whose signature does not match: see UNVERIFIED_
--   unb          hash: address to bytes of its unverified callbacks
--   counts       hash of tallies: callbacks, deposits:<status>, unverified-bytes
--   cursors      hash: id to version, a colon and the record of a cursor
--   seq          the last number given to a member
--   holders      set of those who have claimed; holder:<name> is there while one is alive
-- Indexes, sorted sets by time: cbs callbacks, cbo:<outcome> those not recorded, cbu those unfinished; deps deposits,
-- deps:<status> those not confirmed, to:<recipient>, tid:<transaction id>, waiting; evs events, owed, dead, due:<kind>;
-- touched transactions not credited; uns unverified callbacks, una:<address>. A member is a number that only rises, a colon
-- and an id; in due, touched, uns and una it is the key or id alone.
--
-- Names of fields are stored data, and so stay as they are; here they have full names.
local TRANSACTION_VERSION, TRANSACTION_CREDITED, TRANSACTION_NUMBERS = 'v', 'c', 'n'
local DEPOSIT_RECORD, DEPOSIT_TRANSACTION, DEPOSIT_MEMBER, DEPOSIT_STATUS = 'r', 'k', 'm', 'st'
local DEPOSIT_RECIPIENT, DEPOSIT_TRANSACTION_ID = 'to', 'tid'
local EVENT_RECORD, EVENT_KIND, EVENT_GENERATION, EVENT_DEPOSIT, EVENT_MEMBER = 'r', 'k', 'g', 'd', 'm'
local EVENT_STATE, EVENT_ATTEMPTS, EVENT_LEASE, EVENT_HANDED, EVENT_ERROR = 'st', 'at', 'l', 'h', 'err'
local EVENT_DUE, EVENT_MADE, EVENT_SETTLED, EVENT_HOLDER, EVENT_CRASHES = 'due', 'made', 'settled', 'own', 'cr'
local CALLBACK_RECORD, CALLBACK_BODY, CALLBACK_MEMBER, CALLBACK_OUTCOME = 'r', 'b', 'm', 'o'
local UNVERIFIED_RECORD, UNVERIFIED_BODY, UNVERIFIED_PROVIDER = 'r', 'b', 'p'
local UNVERIFIED_ADDRESS, UNVERIFIED_BYTES = 'a', 'n'

local prefix = KEYS[1]
local function transaction_key(key) return prefix .. 'tx:' .. key end
local function deposit_key(id) return prefix .. 'dep:' .. id end
local function event_key(id) return prefix .. 'ev:' .. id end
local function line_key(deposit) return prefix .. 'line:' .. deposit end
local function callback_key(id) return prefix .. 'cb:' .. id end
local function unverified_key(id) return prefix .. 'un:' .. id end
local function due_key(kind) return prefix .. 'due:' .. kind end

local position = 1
local function has_more() return position < #ARGV end
local function take() position = position + 1; return ARGV[position] end
local function take_number() return tonumber(take()) end
local function take_optional() local value = take(); if value == '' then return nil end; return value end

local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local function whole(number) return string.format('%.0f', number) end
local function new_member(id) return string.format('%016.0f', redis.call('INCR', prefix .. 'seq')) .. ':' .. id end
local function id_of_member(member) return string.sub(member, 18) end
local function count(name, by) if by ~= 0 then redis.call('HINCRBY', prefix .. 'counts', name, by) end end

local function read_event(id)
  local values = redis.call('HMGET', event_key(id), EVENT_STATE, EVENT_LEASE, EVENT_DEPOSIT, EVENT_KIND, EVENT_MEMBER,
    EVENT_HANDED, EVENT_MADE)
  if not values[1] then return nil end
  return { state = values[1], lease = values[2], deposit = values[3], kind = values[4], member = values[5],
    handed = values[6], made = values[7] }
end

-- The event if the lease is still theirs.
local function read_leased(id, lease)
  local event = read_event(id)
  if event and event.state == 'leased' and event.lease == lease then return event end
end

-- Lets the first event of the deposit's line be due, if it waits for its turn.
local function give_turn(deposit)
  local first = redis.call('LINDEX', line_key(deposit), 0)
  if not first then return end
  local values = redis.call('HMGET', event_key(first), EVENT_STATE, EVENT_DUE, EVENT_KIND)
  if values[1] == 'owed' and values[2] == '' then
    redis.call('HSET', event_key(first), EVENT_DUE, whole(now))
    redis.call('ZADD', due_key(values[3]), whole(now), first)
  end
end

local function leave_line(id, event)
  redis.call('LREM', line_key(event.deposit), 1, id)
  redis.call('ZREM', due_key(event.kind), id)
  redis.call('ZREM', prefix .. 'owed', event.member)
  give_turn(event.deposit)
end

-- Whoever has claimed counts as alive for a while.
local function keep_holder(holder, alive_ms)
  redis.call('SADD', prefix .. 'holders', holder)
  redis.call('SET', prefix .. 'holder:' .. holder, '1', 'PX', alive_ms)
end
