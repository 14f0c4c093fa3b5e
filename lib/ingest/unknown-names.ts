import { LRUCache } from 'lru-cache';
import type { Assessment } from '../checks/assess.ts';
import type { News } from '../observe/news.ts';

/**
 * Reports what a provider sends and what cannot become a deposit until somebody acts: networks and assets that no table
 * knows, transactions given by a hash that names none. Each name once, not once a callback.
 */
export type UnknownNames = (by: NamedIn, assessments: readonly Assessment[]) => void;

/** Who names it, and in which callback. */
export interface NamedIn {
  provider: string;
  callbackId: string;
}

export interface UnknownNamesParts {
  news: News | undefined;
  now(): number;
}

interface Raised {
  at: number;
  times: number;
}

// Names come from senders, so those remembered are bounded.
const mostNames = 1_000;
const againMs = 86_400_000;

type Code = 'NETWORK_NOT_KNOWN' | 'ASSET_NAME_NOT_KNOWN' | 'TRANSACTION_HASH_ONLY';

// What is wrong, and the cure.
const words: Readonly<Record<Code, (name: string) => readonly [what: string, cure: string]>> = {
  NETWORK_NOT_KNOWN: (name) => [
    `an unknown network: ${name}`,
    "Its transfers are kept; define it in the option networks, for example networks: [{ id: 'eip155:N', aliases: [the name] }], and run reprocess",
  ],
  ASSET_NAME_NOT_KNOWN: (name) => [
    `an unknown asset: ${name}`,
    "Its transfers are kept; map that name to its CAIP-19 id in the provider's assets option, and run reprocess",
  ],
  TRANSACTION_HASH_ONLY: (name) => [
    `transactions of ${name} by a hash, which does not identify them there`,
    'Its transfers are kept. With a chain check of that network, run reprocess, which looks them up; otherwise use a provider that names transactions as in docs/networks.md, or credit them by hand (see show)',
  ],
};

const isCode = (code: string | undefined): code is Code => code !== undefined && Object.hasOwn(words, code);

/**
 * Raises one alarm a name, with how often it came; while it keeps coming, one more a day. Its transfers are kept, and
 * `reprocess` reads them once the name is known, or once the chain check finds the hash.
 */
export function createUnknownNames({ news, now }: UnknownNamesParts): UnknownNames {
  const raised = new LRUCache<string, Raised>({ max: mostNames });

  const tell = ({ provider, callbackId }: NamedIn, code: Code, name: string): void => {
    const key = `${code} ${provider} ${name}`;
    const known = raised.get(key);
    const times = (known?.times ?? 0) + 1;
    const isDue = known === undefined || now() - known.at >= againMs;
    raised.set(key, { at: isDue ? now() : known.at, times });
    if (!isDue) return;
    const [what, cure] = words[code](JSON.stringify(name));
    const often = times === 1 ? '' : ` (${times} times so far)`;
    const message = `${provider} names ${what}${often}. ${cure}`;
    news?.tell('alarm', { code, message, provider, name, callbackId });
  };

  return (by, assessments) => {
    for (const { code, name } of assessments) {
      if (name !== undefined && isCode(code)) tell(by, code, name);
    }
  };
}
