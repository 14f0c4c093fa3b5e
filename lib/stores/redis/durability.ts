import { DepositCallbackError } from '../../errors.ts';
import type { RedisConnection } from './client.ts';

/** Throws `STORE_NOT_DURABLE` if the server may lose or evict an acknowledged callback, unless that is accepted. */
export async function assertDurable({ command }: RedisConnection, acceptLoss: boolean): Promise<void> {
  const info = String(await command('INFO'));
  if (/^cluster_enabled:1/m.test(info))
    throw new DepositCallbackError('OPTION_INVALID', 'Option client: redisStore needs a single primary, not a cluster');
  if (!/^role:master/m.test(info))
    throw new DepositCallbackError('OPTION_INVALID', 'Option client: redisStore needs the primary, not a replica');
  if (acceptLoss) return;

  const wanted: Record<string, (value: string) => boolean> = {
    appendonly: (value) => value === 'yes',
    appendfsync: (value) => value === 'always',
    // The volatile policies evict keys with a lifetime, and ours have none.
    'maxmemory-policy': (value) => !value.startsWith('allkeys-'),
  };
  const fixes = { appendonly: 'yes', appendfsync: 'always', 'maxmemory-policy': 'noeviction' };
  const found = await Promise.all(
    Object.keys(wanted).map(async (name) => [name, await setting(command, name)] as const),
  );
  const wrong = found.filter(([name, value]) => value === undefined || !wanted[name]?.(value));
  if (wrong.length === 0) return;
  const said = wrong.map(([name, value]) => `${name} is ${value ?? 'unreadable'}`).join(', ');
  const fix = wrong.map(([name]) => `${name} ${fixes[name as keyof typeof fixes]}`).join(', ');
  throw new DepositCallbackError(
    'STORE_NOT_DURABLE',
    `redisStore: the server may lose an acknowledged callback: ${said}; set ${fix}, or accept the loss with acceptLoss: true`,
  );
}

/** Undefined if the server, managed by others, does not say. */
async function setting(command: RedisConnection['command'], name: string): Promise<string | undefined> {
  try {
    const reply = await command('CONFIG', 'GET', name);
    const value: unknown = Array.isArray(reply) ? reply[1] : (reply as Record<string, unknown>)[name];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Room within `maxmemory`; undefined if there is no such bound, since then it is the machine's. */
export async function roomOf({
  command,
}: RedisConnection): Promise<{ freeBytes: number; totalBytes: number } | undefined> {
  const info = String(await command('INFO', 'memory'));
  const [used = 0, most = 0] = ['used_memory', 'maxmemory'].map((name) =>
    Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0),
  );
  return most === 0 ? undefined : { freeBytes: Math.max(0, most - used), totalBytes: most };
}
