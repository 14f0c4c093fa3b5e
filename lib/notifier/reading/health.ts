import type { Logger } from '../../observe/logger.ts';
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
  look(): NetworkHealth[];
}

export function createHealth(watchers: readonly Watcher[], logger: Logger, now: () => number): Health {
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
      if (error === undefined) {
        if (unreadable.delete(network.id)) logger.info({ network: network.id }, 'A network can be read again');
        return;
      }
      if (!unreadable.has(network.id)) logger.error({ network: network.id, error }, 'A network cannot be read');
      unreadable.add(network.id);
    },
    look() {
      const all = watchers.map(describe);
      for (const { network, head, ageMs, state } of all) {
        if (state !== 'stale') standing.delete(network);
        else if (!standing.has(network)) {
          standing.add(network);
          logger.error({ network, head, ageMs }, 'A network stands still: the newest block of its node is old');
        }
      }
      return all;
    },
  };
}
