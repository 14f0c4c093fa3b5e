import { suspectAfter } from '../store.ts';
import { settings } from './functions.ts';

/** First key of the advisory locks that holders keep; the second is the holder's number. */
export const holderLock = 0x64636c6b;

/**
 * Schema version 2: an event names who holds its lease, and a holder is alive as long as its session keeps an advisory
 * lock, which the server drops with the connection. A claim without such a session names nobody, and its lease decides.
 */
export function holding(schema: string): string {
  return `
CREATE TABLE ${schema}.holders (id integer PRIMARY KEY);
ALTER TABLE ${schema}.events ADD COLUMN holder integer, ADD COLUMN crashes integer NOT NULL DEFAULT 0;
DROP FUNCTION IF EXISTS ${schema}.claim(text[], integer, bigint, bigint);

CREATE FUNCTION ${schema}.claim(kinds text[], limit_ integer, lease_ms bigint, given_now bigint, holder_ integer,
  suspects boolean)
RETURNS SETOF text LANGUAGE plpgsql ${settings} AS $$
DECLARE
  now_ms bigint := ${schema}.now_ms(given_now);
BEGIN
  RETURN QUERY
  -- Kind by kind, so that a backlog of a kind that nobody listens to costs nothing.
  WITH due AS MATERIALIZED (
    SELECT d.* FROM unnest(kinds) AS k (kind) CROSS JOIN LATERAL (
      SELECT e.transaction_id, e.seq, e.due_at FROM ${schema}.events e
      WHERE e.kind = k.kind AND e.state IN ('owed', 'leased') AND e.due_at IS NOT NULL AND e.due_at <= now_ms
        AND (e.crashes >= ${suspectAfter}) = suspects
      ORDER BY e.due_at LIMIT limit_ FOR UPDATE SKIP LOCKED) d
    ORDER BY d.due_at, d.seq LIMIT limit_),
  leased AS (
    UPDATE ${schema}.events e
    SET state = 'leased', handed = true, attempts = e.attempts + 1, lease = e.lease + 1, due_at = now_ms + lease_ms,
      holder = holder_
    FROM due WHERE e.transaction_id = due.transaction_id AND e.seq = due.seq
    RETURNING due.due_at, e.seq, json_build_array(e.id, e.kind, e.generation, e.attempts,
      e.transaction_id::text || ':' || e.seq || ':' || e.lease, e.record)::text AS claim)
  SELECT leased.claim FROM leased ORDER BY leased.due_at, leased.seq;
END $$;

-- Returns what the holders that are gone had held: state, id, kind, generation and record of each event.
CREATE FUNCTION ${schema}.free_orphaned(limit_ integer, reason text, given_now bigint)
RETURNS SETOF text LANGUAGE plpgsql ${settings} AS $$
DECLARE
  now_ms bigint := ${schema}.now_ms(given_now);
  gone integer[];
BEGIN
  -- Whoever comes second finds nothing to wait for.
  SELECT array_agg(x.id) INTO gone FROM (
    SELECT h.id FROM ${schema}.holders h WHERE NOT EXISTS (
      SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
        AND l.classid = ${holderLock} AND l.objid = h.id
        AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
    FOR UPDATE SKIP LOCKED) x;
  IF gone IS NULL THEN RETURN; END IF;
  RETURN QUERY
  WITH freed AS (
    UPDATE ${schema}.events e
    SET state = CASE WHEN e.crashes + 1 >= limit_ THEN 'dead' ELSE 'owed' END,
      error = CASE WHEN e.crashes + 1 >= limit_ THEN reason ELSE e.error END,
      crashes = e.crashes + 1, attempts = e.attempts - 1, due_at = now_ms, holder = NULL
    WHERE e.state = 'leased' AND e.state IN ('owed', 'leased') AND e.due_at IS NOT NULL AND e.holder = ANY (gone)
    RETURNING json_build_array(e.state, e.id, e.kind, e.generation, e.record)::text AS event)
  SELECT f.event FROM freed f;
  DELETE FROM ${schema}.holders h WHERE h.id = ANY (gone);
END $$;
`;
}
