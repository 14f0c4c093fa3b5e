import { columnText } from '../shared/column-text.ts';
import { type OldCallbacks, pruneCallbacks } from '../shared/prune-callbacks.ts';
import { callbackFromRow } from '../shared/stored-json.ts';
import type { PruneOptions } from '../store.ts';
import type { RedisConnection } from './client.ts';

/** Rows that one step looks at. */
const step = 200;
/** A member of an index is a number that only rises, a colon, and the id. */
const numberLength = 17;

/** Forgets what is old, as `Store.prune` promises. */
export async function prune(
  connection: () => RedisConnection,
  prefix: string,
  before: number,
  options: PruneOptions = {},
): Promise<number> {
  const gone = await pruneCallbacks(oldCallbacks(connection, prefix), before, options);
  if (options.dryRun || options.only !== undefined) return gone;
  // What stays is skipped from then on.
  for (let skip = 0; ; ) {
    const [went, seen] = (await connection().run('forget-transactions', [before, step, skip])) as [number, number];
    skip += seen - went;
    if (seen < step) return gone;
  }
}

function oldCallbacks(connection: () => RedisConnection, prefix: string): OldCallbacks<string> {
  const command: RedisConnection['command'] = (name, ...args) => connection().command(name, ...args);
  return {
    async page({ before, since, kept }) {
      const limits = ['LIMIT', String(kept), String(step)];
      const members = (await command(
        ...['ZRANGEBYSCORE', `${prefix}cbs`, String(since), `(${before}`, ...limits],
      )) as string[];
      const records = (await Promise.all(
        members.map((member) => command('HGET', `${prefix}cb:${member.slice(numberLength)}`, 'r')),
      )) as (string | null)[];
      // One that another process has forgotten meanwhile has no record.
      return members.flatMap((ref, index) => {
        const record = records[index];
        return record ? [{ ref, callback: callbackFromRow({ record }) }] : [];
      });
    },
    async credited(keys) {
      const marks = await Promise.all(keys.map((key) => command('HGET', `${prefix}tx:${columnText(key)}`, 'c')));
      return new Set(keys.filter((_, index) => marks[index] === '1'));
    },
    forget: async (members) => void (await connection().run('forget-callbacks', members)),
  };
}
