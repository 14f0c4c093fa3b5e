-- Forgets callbacks.
-- In: their places; the slot of the tallies.
WITH gone AS (DELETE FROM deposit_callback.callbacks WHERE seq = ANY ($1::bigint[]) RETURNING seq)
INSERT INTO deposit_callback.tallies AS t (name, slot, n)
SELECT 'callbacks', $2::integer, -count(*) FROM gone HAVING count(*) > 0
ON CONFLICT (name, slot) DO UPDATE SET n = t.n + excluded.n
