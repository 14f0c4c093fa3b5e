import type { Logger } from '../../observe/logger.ts';
import type { NotifierDatabase } from '../store/database.ts';
import { type Leadership, TermOver } from '../store/leadership.ts';
import type { Watcher } from './watcher.ts';

/** The state of reading one network. */
export interface NetworkHealth {
  network: string;
  /** Number of the newest block that was read; `null` before the first. */
  block: string | null;
  /** Number of the newest block of the chain, as its node says. */
  head: string | null;
  /** Age of that block, ms. */
  ageMs: number | null;
  /** Blocks between the two. */
  lag: number | null;
  /** `unreadable`: the node does not answer. `stale`: its newest block is old. */
  state: 'reading' | 'unreadable' | 'stale';
}

/** Watches the watchers. */
export interface Health {
  /** Notes how a step went; the first failure in a row is an alarm. */
  note(watcher: Watcher, error?: unknown): void;
  /** Of each network; a chain that stands still is an alarm, once. */
  look(): Promise<NetworkHealth[]>;
  /** Tells the processes that share the database how the networks stand that this one reads. */
  publish(): Promise<void>;
}

export interface HealthParts {
  watchers: readonly Watcher[];
  database: NotifierDatabase;
  leadership: Leadership;
  logger: Logger;
  now(): number;
}

/** What is told of a network. */
interface Published {
  health: NetworkHealth;
  headAt: number | null;
  at: number;
}

/** A network of which nothing was told for so long is read by nobody. */
const silentMs = 30_000;

export function createHealth(parts: HealthParts): Health {
  const { watchers, database, leadership, logger, now } = parts;
  const unreadable = new Set<string>();
  const standing = new Set<string>();

  const describe = (watcher: Watcher): NetworkHealth => {
    const { network, staleMs } = watcher.settings;
    const position = watcher.position();
    const head = watcher.head();
    const ageMs = head ? Math.max(0, now() - head.at) : null;
    const isStale = ageMs !== null && ageMs > staleMs;
    return {
      network: network.id,
      block: position?.number.toString() ?? null,
      head: head?.number.toString() ?? null,
      ageMs,
      lag: head && position ? Math.max(0, Number(head.number - position.number)) : null,
      state: head === undefined || unreadable.has(network.id) ? 'unreadable' : isStale ? 'stale' : 'reading',
    };
  };

  return {
    note({ settings: { network } }, error) {
      if (error instanceof TermOver) return;
      if (error === undefined) {
        if (unreadable.delete(network.id)) logger.info({ network: network.id }, 'A network can be read again');
        return;
      }
      if (!unreadable.has(network.id)) logger.error({ network: network.id, error }, 'A network cannot be read');
      unreadable.add(network.id);
    },
    async look() {
      const isOwn = ({ settings }: Watcher): boolean => leadership.term(settings.network.id) !== undefined;
      const others = watchers.every(isOwn) ? new Map<string, Published>() : await published(database);
      const all = watchers.map((one) => {
        if (isOwn(one)) return describe(one);
        const told = others.get(one.settings.network.id);
        return told ? asOfNow(told, one.settings.staleMs, now()) : unread(one.settings.network.id);
      });
      for (const { network, head, ageMs, state } of all) {
        if (leadership.term(network) === undefined) continue;
        if (state !== 'stale') standing.delete(network);
        else if (!standing.has(network)) {
          standing.add(network);
          logger.error({ network, head, ageMs }, 'A network stands still: the newest block of its node is old');
        }
      }
      return all;
    },
    async publish() {
      for (const watcher of watchers) {
        const { id } = watcher.settings.network;
        const term = leadership.term(id);
        if (term === undefined) continue;
        const told: Published = { health: describe(watcher), headAt: watcher.head()?.at ?? null, at: now() };
        await database.write(
          async (sql) => {
            if (!sql.isShared) return;
            const set = sql('UPDATE networks SET health = ? WHERE network = ? AND epoch = ?');
            await set.run(JSON.stringify(told), id, term);
          },
          { durable: false },
        );
      }
    },
  };
}

async function published(database: NotifierDatabase): Promise<Map<string, Published>> {
  const rows = await database.read((sql) => sql('SELECT network, health FROM networks WHERE health IS NOT NULL').all());
  return new Map(
    (rows as { network: string; health: string }[]).map((row) => [row.network, JSON.parse(row.health) as Published]),
  );
}

/** What another process told, by the clock of this one. */
function asOfNow({ health, headAt, at }: Published, staleMs: number, now: number): NetworkHealth {
  const ageMs = headAt === null ? null : Math.max(0, now - headAt);
  const isSilent = now > at + silentMs;
  const isStale = health.state !== 'unreadable' && ageMs !== null && ageMs > staleMs;
  return { ...health, ageMs, state: isSilent ? 'unreadable' : isStale ? 'stale' : health.state };
}

function unread(network: string): NetworkHealth {
  return { network, block: null, head: null, ageMs: null, lag: null, state: 'unreadable' };
}
