-- The states of transactions, in no order.
-- In: hashes of their keys.
-- Out, for each that is stored: a JSON object of key, version and the rows of each table in the order in which they came. A
-- fact of an event is the list of its id, deposit id, kind, generation, whether a listener was handed it, and whether it is
-- cancelled.
CREATE OR REPLACE FUNCTION deposit_callback.load(key_hashes uuid[]) RETURNS SETOF text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN QUERY SELECT json_build_object(
    'key', t.key,
    'version', t.version,
    'statements', (
      SELECT json_agg(s.record ORDER BY s.seq) FROM deposit_callback.statements s WHERE s.transaction_id = t.id),
    'deposits', (
      SELECT json_agg(d.record ORDER BY d.seq) FROM deposit_callback.deposits d WHERE d.transaction_id = t.id),
    'told', (SELECT json_agg(f.fact ORDER BY f.seq) FROM deposit_callback.told f WHERE f.transaction_id = t.id),
    'facts', (
      SELECT json_agg(json_build_array(e.id, e.deposit_id, e.kind, e.generation, e.handed, e.state = 'cancelled')
        ORDER BY e.seq)
      FROM deposit_callback.events e WHERE e.transaction_id = t.id),
    'decisions', (
      SELECT json_agg(c.record ORDER BY c.seq) FROM deposit_callback.decisions c WHERE c.transaction_id = t.id)
  )::text
  FROM unnest(key_hashes) AS h (hash) JOIN deposit_callback.transactions t ON t.key_hash = h.hash;
END $$;
