-- Writes callbacks; one whose id is stored already takes that one's place, and without a body keeps the stored one.
-- In: lists with an entry for each callback; body_from and body_bytes: the place of its body in bodies, NULL for none.
-- Out: how many are new.
--
-- Only called by other functions here, under whose settings it runs.
CREATE OR REPLACE FUNCTION deposit_callback.write_callbacks(
  ids text[], providers text[], received_at bigint[], outcomes text[], codes text[], finished boolean[], records json[],
  body_from integer[], body_bytes integer[], bodies bytea
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  added bigint;
BEGIN
  IF cardinality(ids) = 0 THEN RETURN 0; END IF;
  WITH written AS (
    INSERT INTO deposit_callback.callbacks AS c (id, provider, received_at, outcome, code, finished, record, body)
    SELECT new.id, new.provider, new.received_at, new.outcome, new.code, new.finished, new.record,
      CASE WHEN new.body_bytes IS NOT NULL THEN substring(bodies FROM new.body_from FOR new.body_bytes) END
    FROM unnest(ids, providers, received_at, outcomes, codes, finished, records, body_from, body_bytes)
      AS new (id, provider, received_at, outcome, code, finished, record, body_from, body_bytes)
    ON CONFLICT (id) DO UPDATE SET provider = excluded.provider, received_at = excluded.received_at,
      outcome = excluded.outcome, code = excluded.code, finished = excluded.finished,
      record = excluded.record, body = coalesce(excluded.body, c.body)
    RETURNING xmax = 0 AS is_new)
  SELECT count(*) INTO added FROM written WHERE is_new;
  RETURN added;
END $$;
