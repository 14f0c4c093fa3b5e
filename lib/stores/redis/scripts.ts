import * as events from './scripts-events.ts';
import * as keeping from './scripts-keeping.ts';
import * as recording from './scripts-recording.ts';

// One script a step: Redis runs it whole, and writes it to its log as one transaction. KEYS[1] is the prefix; ARGV[1] is
// the time, '' for the server's clock; then come the step's own values, one after the other.
//
// Keys, after the prefix:
// tx:<key>      hash: v version, c credited, n numbers given, then by number s:<n> statement, d:<n> deposit id, e:<n>
//               event id, f:<n> the fact of a pruned event, x:<n> decision; S:<id> marks a stored statement, D:<id> a deposit
// dep:<id>      hash: r record, k transaction key, m member of the indexes, st, to, tid
// ev:<id>       hash: r record, k kind, g generation, d deposit id, st, at attempts, l lease, due, made, h handed, err,
//               settled, m member, own holder, cr crashes
// holders       set of those who have claimed; holder:<name> is there while one is alive
// line:<id>     list of a deposit's unsettled events; only the first may be due
// cb:<id>       hash: r record, b body, m member, o outcome
// un:<id>       hash: r record, b body, p provider, a address, n bytes
// Indexes (sorted sets): cbs, cbo:<outcome>, cbu, deps, deps:<status>, to:<recipient>, tid:<transaction id>, waiting, evs,
// owed, dead, due:<kind>, touched, uns, una:<address>. A member is a number that only rises, and an id.
const prelude = `
local P = KEYS[1]
local at = 1
local function take() at = at + 1; return ARGV[at] end
local function taken() local v = take(); if v == '' then return nil end; return v end
local now = tonumber(ARGV[1])
if not now then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
local function int(n) return string.format('%.0f', n) end
local function member(id) return string.format('%016.0f', redis.call('INCR', P .. 'seq')) .. ':' .. id end
local function count(name, by) if by ~= 0 then redis.call('HINCRBY', P .. 'counts', name, by) end end

-- Lets the first event of the deposit's line be due, if it waits for its turn.
local function give_turn(deposit)
  local first = redis.call('LINDEX', P .. 'line:' .. deposit, 0)
  if not first then return end
  local e = redis.call('HMGET', P .. 'ev:' .. first, 'st', 'due', 'k')
  if e[1] == 'owed' and e[2] == '' then
    redis.call('HSET', P .. 'ev:' .. first, 'due', int(now))
    redis.call('ZADD', P .. 'due:' .. e[3], int(now), first)
  end
end

local function leave_line(id, e)
  redis.call('LREM', P .. 'line:' .. e.d, 1, id)
  redis.call('ZREM', P .. 'due:' .. e.k, id)
  redis.call('ZREM', P .. 'owed', e.m)
  give_turn(e.d)
end

local function event(id)
  local v = redis.call('HMGET', P .. 'ev:' .. id, 'st', 'l', 'd', 'k', 'm', 'h', 'at', 'made')
  if not v[1] then return nil end
  return { st = v[1], l = v[2], d = v[3], k = v[4], m = v[5], h = v[6], at = v[7], made = v[8] }
end

-- The event where the lease is still theirs.
local function ours(id, lease)
  local e = event(id)
  if e and e.st == 'leased' and e.l == lease then return e end
end
`;

export type RedisScript = keyof typeof recording | keyof typeof events | keyof typeof keeping;

const steps: Readonly<Record<RedisScript, string>> = { ...recording, ...events, ...keeping };

/** The whole text of a script. */
export function scriptText(name: RedisScript): string {
  return prelude + steps[name];
}

/** Names of all scripts. */
export const scriptNames: readonly RedisScript[] = Object.keys(steps) as RedisScript[];
