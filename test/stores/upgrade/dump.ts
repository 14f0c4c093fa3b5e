import type { Redis } from 'ioredis';
import type pg from 'pg';
import type { SqliteDatabase } from '../../../lib/stores/sqlite.ts';

type Row = Readonly<Record<string, unknown>>;

/** The database as the SQL that makes it again, the rows of each table in the order of their first column. */
export function dumpSqlite(database: SqliteDatabase): string {
  const made = database
    .prepare(`SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC, name`)
    .all() as { type: string; name: string; sql: string }[];
  const tables = made.filter(({ type }) => type === 'table').map(({ name }) => name);
  const rows = tables.flatMap((table) =>
    insertsOf(table, database.prepare(`SELECT * FROM ${table} ORDER BY 1`).all() as Row[]),
  );
  // SQLite makes the table of its sequences by itself.
  const own = made.filter(({ name }) => !name.startsWith('sqlite_'));
  return [...own.map(({ sql }) => `${sql.trim()};`), ...rows, ''].join('\n');
}

/** The schema's rows as SQL, to follow on the text that made its tables. */
export async function dumpPostgres(client: pg.Pool, schema: string): Promise<string> {
  const { rows: tables } = await client.query<{ name: string }>(
    'SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 ORDER BY 1',
    [schema],
  );
  const lines: string[] = [];
  for (const { name } of tables) {
    const { rows: columns } = await client.query<{ name: string; type: string; is_identity: string }>(
      `SELECT column_name AS name, data_type AS type, is_identity FROM information_schema.columns
      WHERE table_schema = $1 AND table_name = $2`,
      [schema, name],
    );
    const order = columns.length > 1 ? '1, 2' : '1';
    const { rows } = await client.query(`SELECT * FROM ${schema}.${name} ORDER BY ${order}`);
    const textual = new Set(columns.filter(({ type }) => type === 'json').map((column) => column.name));
    const asText = rows.map((row: Row) =>
      Object.fromEntries(
        Object.entries(row).map(([column, value]) => [column, textual.has(column) ? JSON.stringify(value) : value]),
      ),
    );
    lines.push(
      ...insertsOf(`${schema}.${name}`, asText, 'OVERRIDING SYSTEM VALUE ').map((line) =>
        line.replaceAll("X'", "'\\x"),
      ),
    );
    for (const { name: column } of columns.filter(({ is_identity }) => is_identity === 'YES')) {
      lines.push(`SELECT setval(pg_get_serial_sequence('${schema}.${name}', '${column}'), 1000);`);
    }
  }
  return [...lines, ''].join('\n');
}

/** Every key below the prefix as commands, one a line, as JSON. */
export async function dumpRedis(client: Redis, prefix: string): Promise<string> {
  const lines: string[][] = [];
  for (const key of (await client.keys(`${prefix}*`)).sort()) {
    // A sign of life, which no past leaves.
    if (key.startsWith(`${prefix}holder:`)) continue;
    const type = await client.type(key);
    if (type === 'string') lines.push(['SET', key, (await client.get(key)) ?? '']);
    else if (type === 'hash') lines.push(['HSET', key, ...Object.entries(await client.hgetall(key)).flat()]);
    else if (type === 'set') lines.push(['SADD', key, ...(await client.smembers(key))]);
    else if (type === 'list') lines.push(['RPUSH', key, ...(await client.lrange(key, 0, -1))]);
    else {
      const members = await client.zrange(key, 0, -1, 'WITHSCORES');
      lines.push([
        'ZADD',
        key,
        ...members.flatMap((member, at) => (at % 2 === 0 ? [members[at + 1] ?? '', member] : [])),
      ]);
    }
  }
  return [...lines.map((line) => JSON.stringify(line)), ''].join('\n');
}

function insertsOf(table: string, rows: readonly Row[], how = ''): string[] {
  return rows.map((row) => {
    const columns = Object.keys(row).join(', ');
    return `INSERT INTO ${table} (${columns}) ${how}VALUES (${Object.values(row).map(literal).join(', ')});`;
  });
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`;
  return `'${String(value).replaceAll("'", "''")}'`;
}
