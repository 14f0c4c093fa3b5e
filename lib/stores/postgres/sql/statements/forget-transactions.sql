-- Forgets transactions that no credit, no owed event and no waiting deposit rests on. What must outlive the rest keeps its
-- transaction, under a new version: a change computed before is lost, and prune passes it over from now on.
-- In: before when they were last touched; the slot of the tallies; time and id of the last one looked at; how many to look at.
-- Out: id and time of the last one, and how many were looked at; no row when there was none.
--
-- A change raises touched_at, so that a transaction changed since the snapshot is no longer old when it is locked.
WITH old AS MATERIALIZED (
  SELECT id, touched_at FROM deposit_callback.transactions
  WHERE NOT credited AND touched_at < $1 AND (touched_at, id) > ($3::bigint, $4::bigint)
  ORDER BY touched_at, id LIMIT $5::integer FOR UPDATE),
unneeded AS MATERIALIZED (
  SELECT id FROM old WHERE NOT EXISTS (
    SELECT 1 FROM deposit_callback.events e
    WHERE e.transaction_id = old.id AND e.state IN ('owed', 'leased', 'dead'))
  AND NOT EXISTS (
    SELECT 1 FROM deposit_callback.deposits d WHERE d.transaction_id = old.id AND d.waiting_since IS NOT NULL)),
kept AS MATERIALIZED (
  SELECT id FROM unneeded u
  WHERE EXISTS (SELECT 1 FROM deposit_callback.events e WHERE e.transaction_id = u.id)
  OR EXISTS (SELECT 1 FROM deposit_callback.told f WHERE f.transaction_id = u.id)
  OR EXISTS (SELECT 1 FROM deposit_callback.decisions c WHERE c.transaction_id = u.id)
  OR EXISTS (
    SELECT 1 FROM deposit_callback.statements s
    WHERE s.transaction_id = u.id AND s.kind IN ('removed', 'failed'))),
told_facts AS (
  INSERT INTO deposit_callback.told (transaction_id, fact)
  SELECT transaction_id, json_build_array(id, deposit_id, kind, generation, handed, state = 'cancelled')
  FROM deposit_callback.events WHERE transaction_id IN (SELECT id FROM kept) ORDER BY transaction_id, seq),
gone_statements AS (
  DELETE FROM deposit_callback.statements
  WHERE transaction_id IN (SELECT id FROM unneeded) AND transaction_id NOT IN (SELECT id FROM kept)),
gone_events AS (DELETE FROM deposit_callback.events WHERE transaction_id IN (SELECT id FROM unneeded)),
gone_deposits AS (
  DELETE FROM deposit_callback.deposits WHERE transaction_id IN (SELECT id FROM unneeded) RETURNING status),
gone_transactions AS (
  DELETE FROM deposit_callback.transactions
  WHERE id IN (SELECT id FROM unneeded) AND id NOT IN (SELECT id FROM kept)),
kept_transactions AS (
  UPDATE deposit_callback.transactions SET version = version + 1, credited = true WHERE id IN (SELECT id FROM kept)),
tallied AS (
  INSERT INTO deposit_callback.tallies AS t (name, slot, n)
  SELECT 'deposits:' || status, $2::integer, -count(*) FROM gone_deposits GROUP BY status ORDER BY 1
  ON CONFLICT (name, slot) DO UPDATE SET n = t.n + excluded.n)
SELECT id::text AS id, touched_at::text AS touched_at, (SELECT count(*)::text FROM old) AS n
FROM old ORDER BY old.touched_at DESC, old.id DESC LIMIT 1
