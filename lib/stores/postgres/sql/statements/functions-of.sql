-- Functions that this package has made in a schema.
-- In: the schema's name.
-- Out: the signature as DROP FUNCTION takes it, and the hash in the name, '' in those of schema versions 1 to 3.
SELECT p.oid::regprocedure::text AS signature, coalesce(substring(p.proname FROM '_([0-9a-f]{8})$'), '') AS hash
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = $1 AND (p.proname ~ '_[0-9a-f]{8}$' OR p.proname IN ('claim', 'drop_unverified', 'free_orphaned',
  'keep_unverified', 'load', 'now_ms', 'record', 'settle'))
