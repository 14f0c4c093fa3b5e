-- In: event id, lease.
-- Out: 1 if the lease is still theirs, else 0.
return read_leased(take(), take()) and 1 or 0
