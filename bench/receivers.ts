import type { StoreName } from './ours.ts';
import type { Scheme } from './requests.ts';

export interface Receiver {
  scheme: Scheme;
  framework: 'http' | 'express4' | 'express5';
  /** Ours, with this store. */
  store?: StoreName;
}

/** Every server whose receiving is measured, by its name in the tables. */
export const receivers = {
  'http-bare': { scheme: 'standard', framework: 'http' },
  'express5-raw': { scheme: 'standard', framework: 'express5' },
  'express5-by-hand': { scheme: 'standard', framework: 'express5' },
  'ours-memory-express5': { scheme: 'standard', framework: 'express5', store: 'memory' },
  'ours-sqlite-express5': { scheme: 'standard', framework: 'express5', store: 'sqlite' },
  'ours-sqlite-commit-each-express5': { scheme: 'standard', framework: 'express5' },
  'ours-postgres-express5': { scheme: 'standard', framework: 'express5', store: 'postgres' },
  'ours-redis-express5': { scheme: 'standard', framework: 'express5', store: 'redis' },
  'stripe-express5': { scheme: 'stripe', framework: 'express5' },
  'standardwebhooks-express5': { scheme: 'standard', framework: 'express5' },
  'line-express5': { scheme: 'line', framework: 'express5' },
  'slack-bolt': { scheme: 'slack', framework: 'express4' },
  'octokit-express5': { scheme: 'github', framework: 'express5' },
  'express4-raw': { scheme: 'standard', framework: 'express4' },
  'express4-by-hand': { scheme: 'standard', framework: 'express4' },
  'ours-memory-express4': { scheme: 'standard', framework: 'express4', store: 'memory' },
  'ours-sqlite-express4': { scheme: 'standard', framework: 'express4', store: 'sqlite' },
  'octokit-http': { scheme: 'github', framework: 'http' },
  'ours-memory-http': { scheme: 'standard', framework: 'http', store: 'memory' },
  'ours-sqlite-http': { scheme: 'standard', framework: 'http', store: 'sqlite' },
} as const satisfies Record<string, Receiver>;

export type ReceiverName = keyof typeof receivers;

/** The store of one of ours; undefined where nothing is stored. */
export function storeOf(name: ReceiverName): StoreName | undefined {
  return (receivers[name] as Receiver).store;
}
