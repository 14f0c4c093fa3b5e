import { LRUCache } from 'lru-cache';
import type { Assessment } from '../checks/assess.ts';
import type { News } from '../observe/news.ts';

/** Tells of networks and assets that nobody knows, each name once, not once a callback. */
export type UnknownNames = (by: Teller, assessments: readonly Assessment[]) => void;

/** Who names it, and in which callback. */
export interface Teller {
  provider: string;
  callbackId: string;
}

export interface UnknownNamesParts {
  news: News | undefined;
  now(): number;
}

interface Told {
  at: number;
  times: number;
}

// Names come from senders, so those remembered are bounded.
const mostNames = 1_000;
const againMs = 86_400_000;

const cures = {
  NETWORK_NOT_KNOWN: {
    what: 'a network',
    cure: "define it in the option networks, for example networks: [{ id: 'eip155:N', aliases: [the name] }]",
  },
  ASSET_NAME_NOT_KNOWN: {
    what: 'an asset',
    cure: "give its CAIP-19 in the provider's option assets, by that name",
  },
} as const;

/**
 * Raises one alarm a name, with how often it came; while it keeps coming, one more a day. Its transfers are kept, and
 * `reprocess` reads them once the name is known.
 */
export function createUnknownNames({ news, now }: UnknownNamesParts): UnknownNames {
  const told = new LRUCache<string, Told>({ max: mostNames });

  const tell = ({ provider, callbackId }: Teller, code: keyof typeof cures, name: string): void => {
    const key = `${code} ${provider} ${name}`;
    const known = told.get(key);
    const times = (known?.times ?? 0) + 1;
    const isDue = known === undefined || now() - known.at >= againMs;
    told.set(key, { at: isDue ? now() : known.at, times });
    if (!isDue) return;
    const { what, cure } = cures[code];
    const often = times === 1 ? '' : ` (${times} times so far)`;
    const message = `${provider} names ${what} that no table knows: ${JSON.stringify(name)}${often}. Its transfers are kept; ${cure}, and run reprocess`;
    news?.tell('alarm', { code, message, provider, name, callbackId });
  };

  return (by, assessments) => {
    for (const { code, name } of assessments) {
      if (name !== undefined && (code === 'NETWORK_NOT_KNOWN' || code === 'ASSET_NAME_NOT_KNOWN')) tell(by, code, name);
    }
  };
}
