-- The time by the server's clock, which all processes share, unless another one is given.
-- In: a time in epoch ms for tests, or NULL.
-- Out: epoch ms.
CREATE OR REPLACE FUNCTION deposit_callback.now_ms(given_now bigint) RETURNS bigint LANGUAGE sql VOLATILE AS
  $$ SELECT coalesce(given_now, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) $$;
