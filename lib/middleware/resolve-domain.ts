import { promises as dns } from 'node:dns';
import { LRUCache } from 'lru-cache';
import { type Address, parseAddress } from '../util/address.ts';
import { limiter } from '../util/limiter.ts';
import { unawaited } from '../util/promises.ts';

/** What the filter needs of DNS; `node:dns/promises` and its `Resolver` match as they are. */
export interface Resolver {
  resolve4(name: string): Promise<readonly string[]>;
  resolve6(name: string): Promise<readonly string[]>;
  reverse(address: string): Promise<readonly string[]>;
}

/**
 * Whether an address belongs to one of the domains: it is among the addresses of the domain itself, or its reverse name
 * is the domain or below it and resolves back to the address. Rejects when the resolver fails, so that "no" is never
 * said for lack of an answer.
 */
export type DomainCheck = (address: Address, domains: readonly string[]) => Promise<boolean>;

const keepMs = 60_000;
const keepEmptyMs = 30_000;
const keepFailureMs = 5_000;
/** For how long an answer about a listed domain still lets in while a newer one is on its way, or cannot be had. */
const staleMs = 600_000;
const lookupMs = 4_000;
const atOnce = 16;
const waitingAtMost = 256;
const namesPerAddress = 8;
const entries = 2_048;

/** `resolver` defaults to DNS with two tries of 1.5 s. */
export function createDomainCheck(options: { resolver?: Resolver | undefined; now: () => number }): DomainCheck {
  const resolver = options.resolver ?? new dns.Resolver({ timeout: 1_500, tries: 2 });
  // Anybody can come from an address whose reverse name is never answered: that keeps no listed sender waiting.
  const listed = createLane(options.now);
  const strangers = createLane(options.now);
  const confirmed = new LRUCache<string, true>({ max: entries });

  function forward(lane: Lane, name: string, { family }: Address): Promise<readonly string[]> {
    return lane.look(`${family} ${name}`, () => (family === 4 ? resolver.resolve4(name) : resolver.resolve6(name)));
  }

  async function isOfDomain(domain: string, address: Address): Promise<boolean> {
    const found = forward(listed, domain, address);
    const last = listed.last(`${address.family} ${domain}`);
    if (last !== undefined && isAmong(last, address)) {
      unawaited(found);
      return true;
    }
    return isAmong(await found, address);
  }

  async function reverseConfirms(address: Address, domains: readonly string[]): Promise<boolean> {
    const lane = confirmed.has(address.text) ? listed : strangers;
    const names = await lane.look(`reverse ${address.text}`, () => resolver.reverse(address.text));
    const fitting = names
      .map((name) => name.toLowerCase().replace(/\.$/, ''))
      .filter((name) => domains.some((domain) => name === domain || name.endsWith(`.${domain}`)))
      .slice(0, namesPerAddress);
    const isTheirs = await anyTrue(fitting.map(async (name) => isAmong(await forward(lane, name, address), address)));
    if (isTheirs) confirmed.set(address.text, true);
    else confirmed.delete(address.text);
    return isTheirs;
  }

  return async (address, domains) =>
    (await anyTrue(domains.map((domain) => isOfDomain(domain, address)))) || reverseConfirms(address, domains);
}

function isAmong(found: readonly string[], address: Address): boolean {
  return found.some((text) => parseAddress(text)?.text === address.text);
}

/** Look-ups that wait for one another, and what they came to. */
interface Lane {
  /** "No such name" is an answer; everything else that goes wrong is none. */
  look(key: string, ask: () => Promise<readonly string[]>): Promise<readonly string[]>;
  /** The newest answer, unless it is too old. */
  last(key: string): readonly string[] | undefined;
}

function createLane(now: () => number): Lane {
  const full = (): Error => new Error('Too many DNS lookups are pending');
  const inTurn = limiter(atOnce, { queue: waitingAtMost, full });
  const memory = createMemory(now);
  return {
    look: (key, ask) =>
      memory.remember(key, () =>
        inTurn(() => withDeadline(ask())).catch((error: unknown) => {
          if (isNoSuchName(error)) return [];
          throw error;
        }),
      ),
    last: memory.last,
  };
}

/** True if any is; rejects if none is true and one failed, since that one might have been. */
async function anyTrue(checks: readonly Promise<boolean>[]): Promise<boolean> {
  const settled = await Promise.allSettled(checks);
  if (settled.some((one) => one.status === 'fulfilled' && one.value)) return true;
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return false;
}

function isNoSuchName(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'ENOTFOUND' || code === 'ENODATA';
}

type Answer = readonly string[];

interface Entry {
  until: number;
  answer: Promise<Answer>;
  last: { answer: Answer; at: number } | undefined;
}

interface Memory {
  remember(key: string, ask: () => Promise<Answer>): Promise<Answer>;
  last(key: string): Answer | undefined;
}

/** Keeps answers, empty answers and failures for a time each, and lets equal questions share one look-up. */
function createMemory(now: () => number): Memory {
  const kept = new LRUCache<string, Entry>({ max: entries });

  return {
    remember(key, ask) {
      const known = kept.get(key);
      if (known !== undefined && known.until > now()) return known.answer;
      const entry: Entry = { until: Number.POSITIVE_INFINITY, answer: ask(), last: known?.last };
      kept.set(key, entry);
      entry.answer.then(
        (answer) => {
          entry.until = now() + (answer.length > 0 ? keepMs : keepEmptyMs);
          entry.last = { answer, at: now() };
        },
        () => {
          entry.until = now() + keepFailureMs;
        },
      );
      return entry.answer;
    },
    last(key) {
      const last = kept.get(key)?.last;
      return last !== undefined && now() - last.at < staleMs ? last.answer : undefined;
    },
  };
}

async function withDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The resolver did not answer within ${lookupMs} ms`)), lookupMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
