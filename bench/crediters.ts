import type { StoreName } from './ours.ts';

interface Crediter {
  /** Where the callbacks are kept, and the ledger. */
  store: StoreName;
  /** Whether it is this package. */
  isOurs?: boolean;
}

/** Every server that receives and credits, by its name in the tables. */
export const crediters = {
  'SQLite by hand': { store: 'sqlite' },
  'SQLite limit': { store: 'sqlite' },
  'ours over SQLite': { store: 'sqlite', isOurs: true },
  'ours over SQLite in batches': { store: 'sqlite', isOurs: true },
  'PostgreSQL by hand': { store: 'postgres' },
  'PostgreSQL limit': { store: 'postgres' },
  'graphile-worker': { store: 'postgres' },
  'ours over PostgreSQL': { store: 'postgres', isOurs: true },
  'ours over PostgreSQL, pool of 4': { store: 'postgres', isOurs: true },
  'ours over PostgreSQL in batches': { store: 'postgres', isOurs: true },
  BullMQ: { store: 'redis' },
  'ours over Redis': { store: 'redis', isOurs: true },
  'ours over memory': { store: 'memory', isOurs: true },
} as const satisfies Record<string, Crediter>;

export type CrediterName = keyof typeof crediters;

export function isOurs(name: CrediterName): boolean {
  return (crediters[name] as Crediter).isOurs === true;
}
