import { settings } from './functions.ts';

/**
 * Schema version 3: facts of events that are pruned, each as the list that `load` gives. A pruned transaction counts as
 * credited, so that prune passes it over.
 */
export function told(schema: string): string {
  return `
CREATE TABLE ${schema}.told (
  transaction_id bigint NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  fact json NOT NULL,
  PRIMARY KEY (transaction_id, seq)
);

CREATE OR REPLACE FUNCTION ${schema}.load(hashes uuid[]) RETURNS SETOF text LANGUAGE plpgsql STABLE ${settings} AS $$
BEGIN
  RETURN QUERY SELECT json_build_object(
    'key', t.key,
    'version', t.version,
    'statements', (SELECT json_agg(s.record ORDER BY s.seq) FROM ${schema}.statements s WHERE s.transaction_id = t.id),
    'deposits', (SELECT json_agg(d.record ORDER BY d.seq) FROM ${schema}.deposits d WHERE d.transaction_id = t.id),
    'told', (SELECT json_agg(f.fact ORDER BY f.seq) FROM ${schema}.told f WHERE f.transaction_id = t.id),
    'facts', (
      SELECT json_agg(json_build_array(e.id, e.deposit_id, e.kind, e.generation, e.handed, e.state = 'cancelled')
        ORDER BY e.seq)
      FROM ${schema}.events e WHERE e.transaction_id = t.id),
    'decisions', (SELECT json_agg(c.record ORDER BY c.seq) FROM ${schema}.decisions c WHERE c.transaction_id = t.id)
  )::text
  FROM unnest(hashes) AS h (hash) JOIN ${schema}.transactions t ON t.key_hash = h.hash;
END $$;
`;
}
