/** The part of a pool that the store uses; a `Pool` of `pg` 8 has it. */
export interface PostgresPool {
  connect(): Promise<PostgresPoolClient>;
  query(query: PostgresQuery): Promise<PostgresResult>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'connect', listener: (client: PostgresPoolClient) => void): unknown;
  readonly options?: { readonly max?: number };
}

/** A client of the pool. */
export interface PostgresPoolClient extends PostgresTransaction {
  query(query: PostgresQuery | string, values?: unknown[]): Promise<PostgresResult>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'notification', listener: (message: { payload?: string | undefined }) => void): unknown;
  release(destroy?: boolean): void;
}

/** The client that `atomically` passes to a listener; its transaction marks the event as handled. */
export interface PostgresTransaction {
  query(text: string, values?: unknown[]): Promise<PostgresResult>;
}

/** A query with its values. */
export interface PostgresQuery {
  text: string;
  values?: unknown[];
  /** How long the answer may take, ms; the client is then given up. */
  query_timeout?: number;
  /** How values are read, in place of how `pg` reads them. */
  types?: { getTypeParser(oid: number, format?: string): (value: string) => unknown };
}

/** The rows that a query returned. */
export interface PostgresResult {
  rows: Record<string, unknown>[];
  rowCount: number | null;
  command: string;
}
