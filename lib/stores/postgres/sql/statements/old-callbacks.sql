-- A page of callbacks, oldest first.
-- In: from when and until when they were received; time and place of the last one of the page before; how many.
-- Out: received_at, seq, record.
SELECT c.received_at::text AS received_at, c.seq::text AS seq, c.record::text AS record
FROM deposit_callback.callbacks c
WHERE c.received_at >= $1 AND c.received_at < $2 AND (c.received_at, c.seq) > ($3::bigint, $4::bigint)
ORDER BY c.received_at, c.seq LIMIT $5::integer
