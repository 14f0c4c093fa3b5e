-- Keeps a callback whose signature does not match, under a quota.
-- In: the callback's id, provider, hash of the sender's address, time received, size, record and body; the quota in bytes for
-- all and for one address, and in callbacks for one address in an hour.
-- Out: whether it is kept; true also if it was before.
CREATE OR REPLACE FUNCTION deposit_callback.keep_unverified(
  new_id text, new_provider text, new_address_hash bigint, new_received_at bigint, new_bytes bigint, new_record json,
  new_body bytea, most_bytes bigint, most_bytes_of_address bigint, most_an_hour integer
) RETURNS boolean LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  kept bigint;
  of_address bigint;
  lately bigint;
BEGIN
  INSERT INTO deposit_callback.tallies (name, slot, n) VALUES ('unverified-bytes', 0, 0) ON CONFLICT DO NOTHING;
  SELECT t.n INTO kept FROM deposit_callback.tallies t WHERE t.name = 'unverified-bytes' AND t.slot = 0 FOR UPDATE;
  IF EXISTS (SELECT 1 FROM deposit_callback.unverified u WHERE u.id = new_id) THEN RETURN true; END IF;
  SELECT coalesce(sum(u.bytes), 0), count(*) FILTER (WHERE u.received_at > new_received_at - 3600000)
  INTO of_address, lately
  FROM deposit_callback.unverified u WHERE u.address_hash = new_address_hash;
  IF kept + new_bytes > most_bytes OR of_address + new_bytes > most_bytes_of_address OR lately >= most_an_hour THEN
    RETURN false;
  END IF;
  INSERT INTO deposit_callback.unverified (id, provider, address_hash, received_at, bytes, record, body)
  VALUES (new_id, new_provider, new_address_hash, new_received_at, new_bytes, new_record, new_body);
  UPDATE deposit_callback.tallies t SET n = t.n + new_bytes WHERE t.name = 'unverified-bytes' AND t.slot = 0;
  RETURN true;
END $$;
