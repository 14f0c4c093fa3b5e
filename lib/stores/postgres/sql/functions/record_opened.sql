-- Records a batch in which every change opens its transaction, as the first word about one does: all rows, or none. What it
-- stores is what record would.
-- In: lists, one for each column of each table, with an entry for each row in the order in which rows are kept.
--   keys, key_hashes, credited: the transactions, by rising key_hash.
--   statement_, deposit_ and event_change: the number, from 1, of the row's transaction.
--   event_is_first: the first of its deposit, which is due; event_is_leased: one of these that is leased from the start.
--   event_deposit_place, event_shown_bytes: for an event without a record, which shows the deposit at that place among those
--     here, with how many bytes of that deposit's record, in UTF-8, its own begins; a brace ends it.
--   callback_: see write_callbacks. tally_names, tally_counts: deposits of each status. The rest: see record.
-- Out: as record.
CREATE OR REPLACE FUNCTION deposit_callback.record_opened(
  keys text[], key_hashes uuid[], credited boolean[],
  statement_change integer[], statement_id text[], statement_provider text[], statement_kind text[],
  statement_amount numeric[], statement_received_at bigint[], statement_record json[],
  deposit_change integer[], deposit_id text[], deposit_id_hash bigint[], deposit_network text[], deposit_asset text[],
  deposit_amount numeric[], deposit_recipient text[], deposit_recipient_hash bigint[], deposit_transaction_hash bigint[],
  deposit_status text[], deposit_first_seen_at bigint[], deposit_waiting_since bigint[], deposit_record json[],
  event_change integer[], event_id text[], event_deposit_id text[], event_kind text[], event_generation integer[],
  event_is_first boolean[], event_is_leased boolean[], event_deposit_place integer[], event_shown_bytes integer[],
  event_record json[],
  callback_id text[], callback_provider text[], callback_received_at bigint[], callback_outcome text[],
  callback_code text[], callback_finished boolean[], callback_record json[], callback_body_from integer[],
  callback_body_bytes integer[],
  tally_names text[], tally_counts bigint[],
  bodies bytea, given_now bigint, tally_slot integer, lease_ms bigint, holder_id integer
) RETURNS TABLE (lost_change integer, leased_event text, leased_token text) LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan SET lock_timeout = '1s' AS $$
DECLARE
  now_ms bigint := deposit_callback.now_ms(given_now);
  ids bigint[];
  made_hashes uuid[];
BEGIN
  IF cardinality(keys) > 0 THEN
    WITH made AS (
      INSERT INTO deposit_callback.transactions AS t (key, key_hash, version, credited, touched_at)
      SELECT new.key, new.key_hash, 1, new.credited, now_ms
      FROM unnest(keys, key_hashes, credited) AS new (key, key_hash, credited)
      ON CONFLICT (key_hash) DO NOTHING RETURNING t.id, t.key_hash)
    SELECT array_agg(made.id ORDER BY made.key_hash), array_agg(made.key_hash) INTO ids, made_hashes FROM made;
    IF cardinality(keys) IS DISTINCT FROM cardinality(ids) THEN
      DELETE FROM deposit_callback.transactions t WHERE t.id = ANY (ids);
      RETURN QUERY SELECT new.change::integer, NULL::text, NULL::text
      FROM unnest(key_hashes) WITH ORDINALITY AS new (key_hash, change)
      WHERE (new.key_hash = ANY (made_hashes)) IS NOT TRUE;
      RETURN;
    END IF;
    INSERT INTO deposit_callback.statements (transaction_id, id, provider, kind, amount, received_at, record)
    SELECT ids[new.change], new.id, new.provider, new.kind, new.amount, new.received_at, new.record
    FROM unnest(statement_change, statement_id, statement_provider, statement_kind, statement_amount,
      statement_received_at, statement_record) AS new (change, id, provider, kind, amount, received_at, record);
    INSERT INTO deposit_callback.deposits (transaction_id, id, id_hash, network, asset, amount, recipient,
      recipient_hash, transaction_hash, status, first_seen_at, waiting_since, record)
    SELECT ids[new.change], new.id, new.id_hash, new.network, new.asset, new.amount, new.recipient,
      new.recipient_hash, new.transaction_hash, new.status, new.first_seen_at, new.waiting_since, new.record
    FROM unnest(deposit_change, deposit_id, deposit_id_hash, deposit_network, deposit_asset, deposit_amount,
      deposit_recipient, deposit_recipient_hash, deposit_transaction_hash, deposit_status, deposit_first_seen_at,
      deposit_waiting_since, deposit_record)
      AS new (change, id, id_hash, network, asset, amount, recipient, recipient_hash, transaction_hash, status,
        first_seen_at, waiting_since, record);
    RETURN QUERY
    WITH made AS (
      INSERT INTO deposit_callback.events AS e (transaction_id, id, deposit_id, kind, generation, state, handed, attempts,
        lease, due_at, made_at, holder, record)
      SELECT ids[new.change], new.id, new.deposit_id, new.kind, new.generation,
        CASE WHEN new.is_leased THEN 'leased' ELSE 'owed' END, new.is_leased, new.is_leased::integer,
        new.is_leased::integer, CASE WHEN new.is_leased THEN now_ms + lease_ms WHEN new.is_first THEN now_ms END, now_ms,
        CASE WHEN new.is_leased THEN holder_id END,
        coalesce(new.record, (convert_from(substring(convert_to(deposit_record[new.deposit_place]::text, 'UTF8')
          FROM 1 FOR new.shown_bytes), 'UTF8') || '}')::json)
      FROM unnest(event_change, event_id, event_deposit_id, event_kind, event_generation, event_is_first,
        event_is_leased, event_deposit_place, event_shown_bytes, event_record) AS new (change, id, deposit_id, kind, generation,
        is_first, is_leased, deposit_place, shown_bytes, record)
      RETURNING e.id, e.transaction_id, e.seq, e.lease, e.state)
    SELECT NULL::integer, made.id, made.transaction_id::text || ':' || made.seq || ':' || made.lease
    FROM made WHERE made.state = 'leased';
  END IF;
  tally_names := tally_names || 'callbacks'::text;
  tally_counts := tally_counts || deposit_callback.write_callbacks(callback_id, callback_provider, callback_received_at,
    callback_outcome, callback_code, callback_finished, callback_record, callback_body_from, callback_body_bytes, bodies);
  INSERT INTO deposit_callback.tallies AS t (name, slot, n)
  SELECT delta.name, tally_slot, delta.n FROM unnest(tally_names, tally_counts) AS delta (name, n)
  WHERE delta.n <> 0 ORDER BY delta.name
  ON CONFLICT (name, slot) DO UPDATE SET n = t.n + excluded.n;
END $$;
