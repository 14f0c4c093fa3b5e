/** What the store needs of `pg`: a `Pool` of pg 8 fits, and so does what wraps one. */
export interface PostgresPool<Client extends PostgresClient = PostgresClient> {
  connect(): Promise<PostgresPoolClient<Client>>;
  query(query: PostgresQuery): Promise<PostgresResult>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
  readonly options?: { readonly max?: number };
}

/** A client that is taken from the pool, as the pool types it. */
export type PostgresPoolClient<Client extends PostgresClient = PostgresClient> = Client & {
  release(destroy?: Error | boolean): void;
};

/** What `atomically` hands to a listener: the client in whose transaction the event is marked handled. */
export interface PostgresClient {
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of pg's own query fit no narrower type.
  query(text: any, values?: any): Promise<any>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'notification', listener: (message: { payload?: string | undefined }) => void): unknown;
}

export interface PostgresQuery {
  text: string;
  values?: unknown[];
  /** How long an answer may take, ms; pg then destroys the client. */
  query_timeout?: number;
}

export interface PostgresResult {
  rows: Record<string, unknown>[];
  rowCount: number | null;
  command: string;
}
