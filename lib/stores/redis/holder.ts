import { randomUUID } from 'node:crypto';
import { isGone, thisProcess } from '../shared/process-name.ts';
import type { RedisConnection } from './client.ts';

/** How long after its last sign of life a holder on another machine counts as dead; one on this machine is looked up. */
export const aliveMs = 5_000;

/** Who holds the events that this store has claimed, known to be alive by a key that it keeps. */
export interface RedisHolder {
  readonly name: string;
  /** Keeps the key from now on. */
  keepAlive(connection: RedisConnection): void;
  /** Holders on this machine that have surely ended. */
  ended(connection: RedisConnection): Promise<readonly string[]>;
  /** The store is closing: what it holds is nobody's. */
  leave(connection: RedisConnection): Promise<void>;
}

export function createRedisHolder(prefix: string): RedisHolder {
  const name = JSON.stringify([thisProcess(), randomUUID()]);
  const key = `${prefix}holder:${name}`;
  let beat: NodeJS.Timeout | undefined;

  return {
    name,

    keepAlive({ command }) {
      beat ??= setInterval(() => {
        // A key that was lost is not made anew: who saw it gone has taken the events.
        command('PEXPIRE', key, String(aliveMs)).catch(() => {});
      }, aliveMs / 10).unref();
    },

    async ended({ command }) {
      const names = (await command('SMEMBERS', `${prefix}holders`)) as string[];
      return names.filter((one) => {
        const [process = ''] = JSON.parse(one) as [string?];
        return one !== name && isGone(process);
      });
    },

    async leave({ command }) {
      clearInterval(beat);
      if (beat !== undefined) await command('DEL', key);
      beat = undefined;
    },
  };
}
