/** What a key may do. Reading watches includes backfills; callbacks include the URLs that they go to. `keys`: renew itself. */
export type Scope = 'watches:read' | 'watches:write' | 'callbacks:read' | 'callbacks:write' | 'keys';

export const scopes: readonly Scope[] = ['watches:read', 'watches:write', 'callbacks:read', 'callbacks:write', 'keys'];

/** What a key may do, until when, how often and from where; `null`: without a limit. */
export interface KeyRights {
  scopes: readonly Scope[] | null;
  /** Epoch ms. */
  expiresAt: number | null;
  requestsPerMinute: number | null;
  /** IP addresses and CIDR ranges. */
  allowedSources: readonly string[] | null;
}

/** What can be set of a key; absent: it stays as it is. */
export type KeyChanges = Partial<KeyRights> & { name?: string };

/** How rights stand in the database; lists are JSON. */
export interface KeyRightsColumns {
  scopes: string | null;
  expires_at: number | null;
  requests_per_minute: number | null;
  allowed_sources: string | null;
}

export const rightsColumns = 'scopes, expires_at, requests_per_minute, allowed_sources';

export function readRights(row: KeyRightsColumns): KeyRights {
  return {
    scopes: row.scopes === null ? null : (JSON.parse(row.scopes) as Scope[]),
    expiresAt: row.expires_at,
    requestsPerMinute: row.requests_per_minute,
    allowedSources: row.allowed_sources === null ? null : (JSON.parse(row.allowed_sources) as string[]),
  };
}

/** Columns and values of what is changed. */
export function changedColumns(changes: KeyChanges): [string, string | number | null][] {
  const { name, scopes: given, expiresAt, requestsPerMinute, allowedSources } = changes;
  const text = (list: readonly string[] | null | undefined): string | null | undefined =>
    list ? JSON.stringify(list) : list;
  const all: [string, string | number | null | undefined][] = [
    ['name', name],
    ['scopes', text(given)],
    ['expires_at', expiresAt],
    ['requests_per_minute', requestsPerMinute],
    ['allowed_sources', text(allowedSources)],
  ];
  return all.flatMap(([column, value]) => (value === undefined ? [] : [[column, value]]));
}
