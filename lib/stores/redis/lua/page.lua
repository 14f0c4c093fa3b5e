-- Reads a page of an index.
-- In: the index; 'new' for newest first or 'old' for oldest first; the member to begin behind, or ''; how many; the beginning of
-- the keys of its hashes; the fields to read.
-- Out, for each: member, values of the fields, id.
local index, order, after, most, hash = prefix .. take(), take(), take_optional(), take_number(), prefix .. take()
local fields = {}
while has_more() do fields[#fields + 1] = take() end
local from = 0
if after then
  local rank = redis.call(order == 'new' and 'ZREVRANK' or 'ZRANK', index, after)
  if not rank then return {} end
  from = rank + 1
end
local members = redis.call(order == 'new' and 'ZREVRANGE' or 'ZRANGE', index, from, from + most - 1)
local found = {}
for at, member in ipairs(members) do
  local id = id_of_member(member)
  found[at] = { member, redis.call('HMGET', hash .. id, unpack(fields)), id }
end
return found
