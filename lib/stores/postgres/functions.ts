// Plans that stay right from the first row to the 10^7th: by index, whatever the statistics say of young tables.
export const settings: string =
  'SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan';

// States told by what they are not, which no partial index fits: the one of unsettled events, which grows with the backlog,
// would be read for each event.
const unsettled = `NOT IN ('handled', 'cancelled')`;
export const leased: string = `NOT IN ('owed', 'dead', 'handled', 'cancelled')`;

/** Whether the query finds nothing; NOT EXISTS beside an OR would be answered by hashing the whole of a young table. */
function none(query: string): string {
  return `(${query} LIMIT 1) IS NULL`;
}

/** Lets the next event of each deposit be due, in the transactions whose ids are in the array. */
function giveTurn(schema: string, transactionIds: string): string {
  return `
    UPDATE ${schema}.events e SET due_at = now_ms
    WHERE e.transaction_id = ANY (${transactionIds}) AND e.due_at IS NULL
      AND e.state ${unsettled} AND e.state NOT IN ('leased', 'dead') AND NOT EXISTS (
      SELECT 1 FROM ${schema}.events f
      WHERE f.transaction_id = e.transaction_id AND f.seq < e.seq AND f.deposit_id = e.deposit_id
        AND f.state ${unsettled});`;
}

/**
 * Functions of schema version 1. They keep a batch at one round trip and one plan, with no prepared statement and no
 * session state, and so also behind a pooler that gives each transaction another connection.
 */
export function functions(schema: string): string {
  return `
CREATE FUNCTION ${schema}.now_ms(given bigint) RETURNS bigint LANGUAGE sql VOLATILE AS
  $$ SELECT coalesce(given, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) $$;

CREATE FUNCTION ${schema}.load(hashes uuid[]) RETURNS SETOF text LANGUAGE plpgsql STABLE ${settings} AS $$
BEGIN
  RETURN QUERY SELECT json_build_object(
    'key', t.key,
    'version', t.version,
    'statements', (SELECT json_agg(s.record ORDER BY s.seq) FROM ${schema}.statements s WHERE s.transaction_id = t.id),
    'deposits', (SELECT json_agg(d.record ORDER BY d.seq) FROM ${schema}.deposits d WHERE d.transaction_id = t.id),
    'facts', (
      SELECT json_agg(json_build_array(e.id, e.deposit_id, e.kind, e.generation, e.handed, e.state = 'cancelled')
        ORDER BY e.seq)
      FROM ${schema}.events e WHERE e.transaction_id = t.id),
    'decisions', (SELECT json_agg(c.record ORDER BY c.seq) FROM ${schema}.decisions c WHERE c.transaction_id = t.id)
  )::text
  FROM unnest(hashes) AS h (hash) JOIN ${schema}.transactions t ON t.key_hash = h.hash;
END $$;

-- Returns the numbers of the changes that are lost; nothing is kept then. In the arrays, changes of stored transactions
-- come before those that open one.
CREATE FUNCTION ${schema}.record(
  raised json, opened json, statements json, deposits json, events json, decisions json, cancelled json,
  callbacks json, bodies bytea, given_now bigint, slot_ integer
) RETURNS SETOF integer LANGUAGE plpgsql ${settings} SET lock_timeout = '1s' AS $$
DECLARE
  now_ms bigint := ${schema}.now_ms(given_now);
  ids bigint[] := '{}';
  raised_ids bigint[] := '{}';
  opened_ids bigint[];
  turned_ids bigint[];
  lost integer[];
  deltas json;
  added bigint := 0;
BEGIN
  IF raised IS NOT NULL THEN
    PERFORM 1 FROM json_to_recordset(raised) AS x (h uuid) JOIN ${schema}.transactions t ON t.key_hash = x.h
    ORDER BY t.key_hash FOR NO KEY UPDATE OF t;
    SELECT array_agg(t.id ORDER BY x.i), array_agg(t.id) FILTER (WHERE x.e),
      array_agg(x.i) FILTER (WHERE t.version IS DISTINCT FROM x.v)
    INTO raised_ids, turned_ids, lost
    FROM json_to_recordset(raised) AS x (i integer, h uuid, k text, v integer, e boolean)
    LEFT JOIN ${schema}.transactions t ON t.key_hash = x.h AND t.key = x.k;
    IF lost IS NOT NULL THEN
      RETURN QUERY SELECT unnest(lost);
      RETURN;
    END IF;
    IF turned_ids IS NOT NULL THEN
      -- A listener's settle and a change that adds or cancels an event of its deposit take turns.
      PERFORM 1 FROM ${schema}.events e WHERE e.transaction_id = ANY (turned_ids) AND e.state ${unsettled}
      ORDER BY e.transaction_id, e.seq FOR UPDATE;
    END IF;
    IF cancelled IS NOT NULL THEN
      SELECT array_agg(DISTINCT x.i) INTO lost
      FROM json_to_recordset(cancelled) AS x (i integer, id text, made boolean)
      LEFT JOIN ${schema}.events e ON e.transaction_id = raised_ids[x.i] AND e.id = x.id
      WHERE NOT x.made AND coalesce(e.handed, true);
      IF lost IS NOT NULL THEN
        RETURN QUERY SELECT unnest(lost);
        RETURN;
      END IF;
    END IF;
  END IF;
  IF opened IS NOT NULL THEN
    WITH x AS MATERIALIZED (SELECT * FROM json_to_recordset(opened) AS x (i integer, h uuid, k text, c boolean)),
    made AS (
      INSERT INTO ${schema}.transactions (key, key_hash, version, credited, touched_at)
      SELECT x.k, x.h, 1, x.c, now_ms FROM x ORDER BY x.h
      ON CONFLICT (key_hash) DO NOTHING RETURNING id, key_hash)
    SELECT array_agg(made.id ORDER BY x.i), array_agg(x.i) FILTER (WHERE made.id IS NULL) INTO opened_ids, lost
    FROM x LEFT JOIN made ON made.key_hash = x.h;
    IF lost IS NOT NULL THEN
      DELETE FROM ${schema}.transactions t WHERE t.id = ANY (opened_ids);
      RETURN QUERY SELECT unnest(lost);
      RETURN;
    END IF;
  END IF;
  ids := raised_ids || opened_ids;

  IF raised IS NOT NULL THEN
    UPDATE ${schema}.transactions t SET version = t.version + 1, credited = t.credited OR x.c, touched_at = now_ms
    FROM json_to_recordset(raised) AS x (i integer, c boolean) WHERE t.id = ids[x.i];
  END IF;

  IF statements IS NOT NULL THEN
    INSERT INTO ${schema}.statements (transaction_id, id, provider, kind, amount, received_at, record)
    SELECT ids[x.i], x.id, x.p, x.k, x.a, x.t, x.r::json
    FROM json_to_recordset(statements) AS x (o integer, i integer, id text, p text, k text, a numeric, t bigint, r text)
    -- Kept, never overwritten: a statement whose id is stored stays as it was.
    WHERE x.i > cardinality(raised_ids) OR ${none(`
      SELECT 1 FROM ${schema}.statements s WHERE s.transaction_id = ids[x.i] AND s.id = x.id`)}
    ORDER BY x.o;
  END IF;

  IF deposits IS NOT NULL THEN
    SELECT json_agg(json_build_object('s', y.status, 'n', y.n)) INTO deltas FROM (
      SELECT z.status, sum(z.n) AS n FROM (
        SELECT x.s AS status, 1 AS n FROM json_to_recordset(deposits) AS x (s text)
        UNION ALL
        SELECT d.status, -1 FROM json_to_recordset(deposits) AS x (i integer, id text)
        JOIN ${schema}.deposits d ON d.transaction_id = ids[x.i] AND d.id = x.id
        WHERE x.i <= cardinality(raised_ids)
      ) z GROUP BY z.status) y WHERE y.n <> 0;
    IF raised IS NOT NULL THEN
      UPDATE ${schema}.deposits d SET recipient = x.w, recipient_hash = x.wh, transaction_hash = x.th, status = x.s,
        first_seen_at = x.t, waiting_since = x.u, amount = x.a, record = x.r::json
      FROM json_to_recordset(deposits)
        AS x (i integer, id text, w text, wh bigint, th bigint, s text, t bigint, u bigint, a numeric, r text)
      WHERE x.i <= cardinality(raised_ids) AND d.transaction_id = ids[x.i] AND d.id = x.id;
    END IF;
    INSERT INTO ${schema}.deposits (transaction_id, id, id_hash, network, asset, amount, recipient, recipient_hash,
      transaction_hash, status, first_seen_at, waiting_since, record)
    SELECT ids[x.i], x.id, x.h, x.n, x.c, x.a, x.w, x.wh, x.th, x.s, x.t, x.u, x.r::json
    FROM json_to_recordset(deposits) AS x (o integer, i integer, id text, h bigint, n text, c text, a numeric, w text,
      wh bigint, th bigint, s text, t bigint, u bigint, r text)
    WHERE x.i > cardinality(raised_ids) OR ${none(`
      SELECT 1 FROM ${schema}.deposits d WHERE d.transaction_id = ids[x.i] AND d.id = x.id`)}
    ORDER BY x.o;
  END IF;

  IF events IS NOT NULL THEN
    -- An event has its turn once those before it of its deposit are settled; until then it has no time to be due.
    INSERT INTO ${schema}.events (transaction_id, id, deposit_id, kind, generation, state, handed, attempts, lease,
      due_at, made_at, record)
    SELECT ids[x.i], x.id, x.d, x.k, x.g, 'owed', false, 0, 0,
      CASE WHEN x.f AND (x.i > cardinality(raised_ids) OR ${none(`
        SELECT 1 FROM ${schema}.events e
        WHERE e.transaction_id = ids[x.i] AND e.deposit_id = x.d AND e.state ${unsettled}`)}) THEN now_ms END,
      now_ms, x.r::json
    FROM json_to_recordset(events)
      AS x (o integer, i integer, id text, d text, k text, g integer, f boolean, r text)
    ORDER BY x.o;
  END IF;

  IF decisions IS NOT NULL THEN
    INSERT INTO ${schema}.decisions (transaction_id, record)
    SELECT ids[x.i], x.r::json FROM json_to_recordset(decisions) AS x (o integer, i integer, r text) ORDER BY x.o;
  END IF;

  IF cancelled IS NOT NULL THEN
    UPDATE ${schema}.events e SET state = 'cancelled', settled_at = now_ms
    FROM json_to_recordset(cancelled) AS x (i integer, id text)
    WHERE e.transaction_id = ids[x.i] AND e.id = x.id AND NOT e.handed;
    ${giveTurn(schema, 'SELECT ids[x.i] FROM json_to_recordset(cancelled) AS x (i integer)')}
  END IF;

  IF callbacks IS NOT NULL THEN
    WITH written AS (
      INSERT INTO ${schema}.callbacks AS c
        (id, provider, received_at, outcome, code, finished, record, body)
      SELECT x.id, x.p, x.t, x.s, x.c, x.f, x.r::json,
        CASE WHEN x.l IS NOT NULL THEN substring(bodies FROM x.b FOR x.l) END
      FROM json_to_recordset(callbacks) AS x (o integer, id text, p text, t bigint, s text, c text, f boolean,
        r text, b integer, l integer)
      ORDER BY x.o
      ON CONFLICT (id) DO UPDATE SET provider = excluded.provider, received_at = excluded.received_at,
        outcome = excluded.outcome, code = excluded.code, finished = excluded.finished,
        record = excluded.record, body = coalesce(excluded.body, c.body)
      RETURNING xmax = 0 AS is_new)
    SELECT count(*) INTO added FROM written WHERE is_new;
  END IF;

  INSERT INTO ${schema}.tallies AS t (name, slot, n)
  SELECT z.name, slot_, z.n FROM (
    SELECT 'callbacks' AS name, added AS n WHERE added <> 0
    UNION ALL
    SELECT 'deposits:' || x.s, x.n FROM json_to_recordset(deltas) AS x (s text, n bigint)
  ) z ORDER BY z.name
  ON CONFLICT (name, slot) DO UPDATE SET n = t.n + excluded.n;
END $$;

-- Returns the numbers, from 1, of those whose lease is still theirs.
CREATE FUNCTION ${schema}.settle(transaction_ids bigint[], seqs bigint[], leases integer[], given_now bigint)
RETURNS SETOF integer LANGUAGE plpgsql ${settings} AS $$
DECLARE
  now_ms bigint := ${schema}.now_ms(given_now);
  settled_ids bigint[];
  settled integer[];
BEGIN
  IF cardinality(seqs) > 1 THEN
    PERFORM 1 FROM unnest(transaction_ids, seqs) AS x (t, s)
    JOIN ${schema}.events e ON e.transaction_id = x.t AND e.seq = x.s ORDER BY x.t, x.s FOR UPDATE OF e;
  END IF;
  WITH updated AS (
    UPDATE ${schema}.events e SET state = 'handled', settled_at = now_ms
    FROM unnest(transaction_ids, seqs, leases) WITH ORDINALITY AS x (t, s, l, i)
    WHERE e.transaction_id = x.t AND e.seq = x.s AND e.lease = x.l AND e.state ${leased}
    RETURNING x.i, e.transaction_id)
  SELECT array_agg(u.transaction_id), array_agg(u.i) INTO settled_ids, settled FROM updated u;
  IF settled IS NULL THEN RETURN; END IF;
  ${giveTurn(schema, 'settled_ids')}
  RETURN QUERY SELECT unnest(settled);
END $$;

CREATE FUNCTION ${schema}.keep_unverified(
  id_ text, provider_ text, address bigint, received bigint, size bigint, record_ json, body_ bytea,
  quota_bytes bigint, quota_address bigint, quota_hour integer
) RETURNS boolean LANGUAGE plpgsql ${settings} AS $$
DECLARE
  kept bigint;
  of_address bigint;
  lately bigint;
BEGIN
  INSERT INTO ${schema}.tallies (name, slot, n) VALUES ('unverified-bytes', 0, 0) ON CONFLICT DO NOTHING;
  SELECT t.n INTO kept FROM ${schema}.tallies t WHERE t.name = 'unverified-bytes' AND t.slot = 0 FOR UPDATE;
  IF EXISTS (SELECT 1 FROM ${schema}.unverified u WHERE u.id = id_) THEN RETURN true; END IF;
  SELECT coalesce(sum(u.bytes), 0), count(*) FILTER (WHERE u.received_at > received - 3600000) INTO of_address, lately
  FROM ${schema}.unverified u WHERE u.address_hash = address;
  IF kept + size > quota_bytes OR of_address + size > quota_address OR lately >= quota_hour THEN RETURN false; END IF;
  INSERT INTO ${schema}.unverified (id, provider, address_hash, received_at, bytes, record, body)
  VALUES (id_, provider_, address, received, size, record_, body_);
  UPDATE ${schema}.tallies t SET n = t.n + size WHERE t.name = 'unverified-bytes' AND t.slot = 0;
  RETURN true;
END $$;

CREATE FUNCTION ${schema}.drop_unverified(ids text[]) RETURNS void LANGUAGE plpgsql ${settings} AS $$
DECLARE
  freed bigint;
BEGIN
  PERFORM 1 FROM ${schema}.tallies t WHERE t.name = 'unverified-bytes' FOR UPDATE;
  WITH gone AS (DELETE FROM ${schema}.unverified u WHERE u.id = ANY (ids) RETURNING u.bytes)
  SELECT coalesce(sum(g.bytes), 0) INTO freed FROM gone g;
  UPDATE ${schema}.tallies t SET n = t.n - freed WHERE t.name = 'unverified-bytes' AND t.slot = 0;
END $$;
`;
}
