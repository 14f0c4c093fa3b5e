-- Records a batch: compares the versions of all transactions that it changes, then writes all rows, or none.
-- In: lists of JSON objects, NULL for none, and a time for tests, or NULL.
--   raised: changes of stored transactions; opened: those that open one. A change has a number, and those of raised come
--     first. version is the one that the change was computed from; moves_events tells that it adds or cancels events.
--   statements, deposits, events, decisions, cancelled: rows with the number of their change. is_new: an event that this
--     batch makes, too. is_first: the first of its deposit in its change. is_leased: leased from the start if it is due.
--   callback_ and bodies: see write_callbacks.
--   tally_slot: where this process adds to the tallies, so that none waits for another.
--   lease_ms, holder_id: see claim.
-- Out: the numbers of the changes that are lost, and nothing is kept then; or the id and token of each event that is leased.
--
-- A transaction may have thousands of rows, so none of them is looked for among all of its transaction: rows are told as
-- stored by an IN over those of the raised transactions, which is hashed once, and deposits are found by the hash of their id;
-- OFFSET 0 keeps the planner from another way. Unsettled states are told by what they are not: see give_turn.
CREATE OR REPLACE FUNCTION deposit_callback.record(
  raised json, opened json, statements json, deposits json, events json, decisions json, cancelled json,
  callback_id text[], callback_provider text[], callback_received_at bigint[], callback_outcome text[],
  callback_code text[], callback_finished boolean[], callback_record json[], callback_body_from integer[],
  callback_body_bytes integer[], bodies bytea, given_now bigint, tally_slot integer, lease_ms bigint, holder_id integer
) RETURNS TABLE (lost_change integer, leased_event text, leased_token text) LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan SET lock_timeout = '1s' AS $$
DECLARE
  now_ms bigint := deposit_callback.now_ms(given_now);
  ids bigint[] := '{}';
  raised_ids bigint[] := '{}';
  opened_ids bigint[];
  moved_ids bigint[];
  cancelled_ids bigint[];
  lost integer[];
  deltas json;
  added bigint;
BEGIN
  IF raised IS NOT NULL THEN
    PERFORM 1 FROM json_to_recordset(raised) AS new (key_hash uuid)
    JOIN deposit_callback.transactions t ON t.key_hash = new.key_hash
    ORDER BY t.key_hash FOR NO KEY UPDATE OF t;
    SELECT array_agg(t.id ORDER BY new.change), array_agg(t.id) FILTER (WHERE new.moves_events),
      array_agg(new.change) FILTER (WHERE t.version IS DISTINCT FROM new.version)
    INTO raised_ids, moved_ids, lost
    FROM json_to_recordset(raised)
      AS new (change integer, key_hash uuid, key text, version integer, moves_events boolean)
    LEFT JOIN deposit_callback.transactions t ON t.key_hash = new.key_hash AND t.key = new.key;
    IF lost IS NOT NULL THEN
      RETURN QUERY SELECT unnest(lost), NULL::text, NULL::text;
      RETURN;
    END IF;
    IF moved_ids IS NOT NULL THEN
      -- A listener's settle and a change that adds or cancels an event of its deposit take turns.
      PERFORM 1 FROM deposit_callback.events e
      WHERE e.transaction_id = ANY (moved_ids) AND e.state NOT IN ('handled', 'cancelled')
      ORDER BY e.transaction_id, e.seq FOR UPDATE;
    END IF;
    IF cancelled IS NOT NULL THEN
      SELECT array_agg(DISTINCT new.change) INTO lost
      FROM json_to_recordset(cancelled) AS new (change integer, id text, is_new boolean)
      WHERE NOT new.is_new AND ((raised_ids[new.change], new.id) IN (
        SELECT e.transaction_id, e.id FROM deposit_callback.events e
        WHERE e.transaction_id = ANY (raised_ids) AND NOT e.handed)) IS NOT TRUE;
      IF lost IS NOT NULL THEN
        RETURN QUERY SELECT unnest(lost), NULL::text, NULL::text;
        RETURN;
      END IF;
    END IF;
  END IF;
  IF opened IS NOT NULL THEN
    WITH new AS MATERIALIZED (
      SELECT * FROM json_to_recordset(opened) AS new (change integer, key_hash uuid, key text, credited boolean)),
    made AS (
      INSERT INTO deposit_callback.transactions (key, key_hash, version, credited, touched_at)
      SELECT new.key, new.key_hash, 1, new.credited, now_ms FROM new ORDER BY new.key_hash
      ON CONFLICT (key_hash) DO NOTHING RETURNING id, key_hash)
    SELECT array_agg(made.id ORDER BY new.change), array_agg(new.change) FILTER (WHERE made.id IS NULL)
    INTO opened_ids, lost
    FROM new LEFT JOIN made ON made.key_hash = new.key_hash;
    IF lost IS NOT NULL THEN
      DELETE FROM deposit_callback.transactions t WHERE t.id = ANY (opened_ids);
      RETURN QUERY SELECT unnest(lost), NULL::text, NULL::text;
      RETURN;
    END IF;
  END IF;
  ids := raised_ids || opened_ids;

  IF raised IS NOT NULL THEN
    UPDATE deposit_callback.transactions t
    SET version = t.version + 1, credited = t.credited OR new.credited, touched_at = now_ms
    FROM json_to_recordset(raised) AS new (change integer, credited boolean) WHERE t.id = ids[new.change];
  END IF;

  IF statements IS NOT NULL THEN
    INSERT INTO deposit_callback.statements (transaction_id, id, provider, kind, amount, received_at, record)
    SELECT ids[new.change], new.id, new.provider, new.kind, new.amount, new.received_at, new.record::json
    FROM json_to_recordset(statements) AS new (place integer, change integer, id text, provider text, kind text,
      amount numeric, received_at bigint, record text)
    -- Kept, never overwritten: a statement whose id is stored stays as it was.
    WHERE new.change > cardinality(raised_ids) OR (ids[new.change], new.id) NOT IN (
      SELECT s.transaction_id, s.id FROM deposit_callback.statements s WHERE s.transaction_id = ANY (raised_ids))
    ORDER BY new.place;
  END IF;

  IF deposits IS NOT NULL THEN
    SELECT json_agg(json_build_object('status', delta.status, 'n', delta.n)) INTO deltas FROM (
      SELECT one.status, sum(one.n) AS n FROM (
        SELECT new.status, 1 AS n FROM json_to_recordset(deposits) AS new (status text)
        UNION ALL
        SELECT d.status, -1 FROM json_to_recordset(deposits) AS new (change integer, id text, id_hash bigint)
        CROSS JOIN LATERAL (SELECT * FROM deposit_callback.deposits d WHERE d.id_hash = new.id_hash OFFSET 0) d
        WHERE new.change <= cardinality(raised_ids) AND d.transaction_id = ids[new.change] AND d.id = new.id
      ) one GROUP BY one.status) delta WHERE delta.n <> 0;
    IF raised IS NOT NULL THEN
      WITH stored AS MATERIALIZED (
        SELECT d.transaction_id, d.seq, new.*
        FROM json_to_recordset(deposits) AS new (change integer, id text, id_hash bigint, recipient text,
          recipient_hash bigint, transaction_hash bigint, status text, first_seen_at bigint, waiting_since bigint,
          amount numeric, record text)
        CROSS JOIN LATERAL (
          SELECT d.transaction_id, d.seq, d.id FROM deposit_callback.deposits d WHERE d.id_hash = new.id_hash OFFSET 0) d
        WHERE new.change <= cardinality(raised_ids) AND d.transaction_id = ids[new.change] AND d.id = new.id)
      UPDATE deposit_callback.deposits d SET recipient = new.recipient, recipient_hash = new.recipient_hash,
        transaction_hash = new.transaction_hash, status = new.status, first_seen_at = new.first_seen_at,
        waiting_since = new.waiting_since, amount = new.amount, record = new.record::json
      FROM stored new WHERE d.transaction_id = new.transaction_id AND d.seq = new.seq;
    END IF;
    INSERT INTO deposit_callback.deposits (transaction_id, id, id_hash, network, asset, amount, recipient,
      recipient_hash, transaction_hash, status, first_seen_at, waiting_since, record)
    SELECT ids[new.change], new.id, new.id_hash, new.network, new.asset, new.amount, new.recipient,
      new.recipient_hash, new.transaction_hash, new.status, new.first_seen_at, new.waiting_since, new.record::json
    FROM json_to_recordset(deposits) AS new (place integer, change integer, id text, id_hash bigint, network text,
      asset text, amount numeric, recipient text, recipient_hash bigint, transaction_hash bigint, status text,
      first_seen_at bigint, waiting_since bigint, record text)
    WHERE new.change > cardinality(raised_ids) OR (ids[new.change], new.id) NOT IN (
      SELECT d.transaction_id, d.id FROM deposit_callback.deposits d WHERE d.transaction_id = ANY (raised_ids))
    ORDER BY new.place;
  END IF;

  IF events IS NOT NULL THEN
    -- An event has its turn once those before it of its deposit are settled; until then it has no time to be due.
    RETURN QUERY
    WITH placed AS MATERIALIZED (
      SELECT new.*, new.is_first AND (new.change > cardinality(raised_ids)
        OR (ids[new.change], new.deposit_id) NOT IN (
          SELECT e.transaction_id, e.deposit_id FROM deposit_callback.events e
          WHERE e.transaction_id = ANY (raised_ids) AND e.state NOT IN ('handled', 'cancelled'))) AS is_due
      FROM json_to_recordset(events) AS new (place integer, change integer, id text, deposit_id text, kind text,
        generation integer, is_first boolean, is_leased boolean, record text)),
    made AS (
      INSERT INTO deposit_callback.events AS e (transaction_id, id, deposit_id, kind, generation, state, handed, attempts,
        lease, due_at, made_at, holder, record)
      SELECT ids[new.change], new.id, new.deposit_id, new.kind, new.generation, turn.state, turn.leases = 1, turn.leases,
        turn.leases, turn.due_at, now_ms, turn.holder, new.record::json
      FROM placed new CROSS JOIN LATERAL (
        SELECT 'leased' AS state, 1 AS leases, now_ms + lease_ms AS due_at, holder_id AS holder
        WHERE new.is_due AND new.is_leased
        UNION ALL
        SELECT 'owed', 0, CASE WHEN new.is_due THEN now_ms END, NULL WHERE NOT (new.is_due AND new.is_leased)) turn
      ORDER BY new.place
      RETURNING e.id, e.transaction_id, e.seq, e.lease, e.state)
    SELECT NULL::integer, made.id, made.transaction_id::text || ':' || made.seq || ':' || made.lease
    FROM made WHERE made.state = 'leased';
  END IF;

  IF decisions IS NOT NULL THEN
    INSERT INTO deposit_callback.decisions (transaction_id, record)
    SELECT ids[new.change], new.record::json
    FROM json_to_recordset(decisions) AS new (place integer, change integer, record text) ORDER BY new.place;
  END IF;

  IF cancelled IS NOT NULL THEN
    cancelled_ids := ARRAY(SELECT DISTINCT ids[new.change] FROM json_to_recordset(cancelled) AS new (change integer));
    UPDATE deposit_callback.events e SET state = 'cancelled', settled_at = now_ms
    WHERE e.transaction_id = ANY (cancelled_ids) AND NOT e.handed AND ((e.transaction_id, e.id) IN (
      SELECT ids[new.change], new.id FROM json_to_recordset(cancelled) AS new (change integer, id text))) IS TRUE;
    PERFORM deposit_callback.give_turn(cancelled_ids, now_ms);
  END IF;

  added := deposit_callback.write_callbacks(callback_id, callback_provider, callback_received_at, callback_outcome,
    callback_code, callback_finished, callback_record, callback_body_from, callback_body_bytes, bodies);

  INSERT INTO deposit_callback.tallies AS t (name, slot, n)
  SELECT delta.name, tally_slot, delta.n FROM (
    SELECT 'callbacks' AS name, added AS n WHERE added <> 0
    UNION ALL
    SELECT 'deposits:' || new.status, new.n FROM json_to_recordset(deltas) AS new (status text, n bigint)
  ) delta ORDER BY delta.name
  ON CONFLICT (name, slot) DO UPDATE SET n = t.n + excluded.n;
END $$;
