/** A value of a parameter. */
export type SqlValue = string | number | null;

/** A statement, run within the transaction that it came with. */
export interface SqlStatement {
  /** How many rows it changed. */
  run(...values: SqlValue[]): Promise<number>;
  get(...values: SqlValue[]): Promise<unknown>;
  all(...values: SqlValue[]): Promise<unknown[]>;
}

/** The type of a column of rows that are given as one parameter. */
export type RowColumns = Readonly<Record<string, 'text' | 'bigint'>>;

/** Rows as they are given: a member for each column. */
export type GivenRow = Readonly<Record<string, SqlValue>>;

/** One transaction: its statements, with `?` for each parameter. What stands in a comment that begins with `pg` is for PostgreSQL alone. */
export interface Sql {
  (text: string): SqlStatement;
  /** Inserts rows of the same columns; how many were new. With `ignore`, those that are there already are left as they are. */
  insert(
    table: string,
    columns: RowColumns,
    rows: readonly GivenRow[],
    options?: { ignore?: boolean },
  ): Promise<number>;
  readonly dialect: Dialect;
  /** Whether other processes work on the same database. */
  readonly isShared: boolean;
}

/** What the engines write differently. */
export interface Dialect {
  /** Rows as a table for a `FROM`, with a parameter that `givenRows` makes. */
  rows(columns: RowColumns): string;
  /** A column that holds a list of JSON, with one parameter (JSON too) at its end; of `most` or more the first is dropped. */
  appended(column: string, value: string, most: number): string;
}

/** The parameter of `dialect.rows`. */
export function givenRows(rows: readonly GivenRow[]): string {
  return JSON.stringify(rows);
}

/**
 * Where a notifier keeps what it must not lose. All of `work` is one transaction, and it must wait for nothing but its statements; it
 * is rolled back when it rejects. Never begin one within another.
 */
export interface NotifierDatabase {
  read<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /**
   * `work` may be run again, if PostgreSQL had to give it up for that of another process. `erase`: what is overwritten must not stay
   * readable in the database's files. `durable: false`: it may be lost in a crash.
   */
  write<T>(work: (sql: Sql) => Promise<T>, options?: { erase?: boolean; durable?: boolean }): Promise<T>;
  close(): Promise<void>;
}
