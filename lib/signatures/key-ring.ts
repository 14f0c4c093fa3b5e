import { createHash } from 'node:crypto';
import { DepositCallbackError, invalidOption } from '../errors.ts';
import { keyLength } from './key-length.ts';
import { KeyRefusal } from './key-refusal.ts';

/** Secrets, or a function that fetches them (a vault); the function's answer is kept for a minute. */
export type Secrets = readonly SecretEntry[] | (() => readonly SecretEntry[] | Promise<readonly SecretEntry[]>);

/**
 * A secret, with its optional id and validity period. `notBefore` and `notAfter` are epoch ms; `id` names the key in
 * the log, default the first 8 hex digits of its SHA-256.
 */
export type SecretEntry =
  | string
  | { readonly key: string; readonly id?: string; readonly notBefore?: number; readonly notAfter?: number };

/** A secret that is in force, in the form that `verify` needs. */
export interface Key<K> {
  id: string;
  value: K;
}

/** The secrets of one provider instance. */
export interface KeyRing<K> {
  /** Keys in force at `now` (epoch ms), newest first; throws or rejects with `KEYS_UNAVAILABLE`. */
  active(now: number): readonly Key<K>[] | Promise<readonly Key<K>[]>;
  /** What `doctor` shows: ids and periods, never a secret. Empty before the first fetch of a function. */
  describe(): readonly KeyDescription[];
}

/** A secret as `doctor` shows it, without the secret. */
export interface KeyDescription {
  id: string;
  /** First 8 hex of the secret's SHA-256: instances in which it is the same share a key. */
  print: string;
  /** Length of a shared secret; none of a public key. */
  bytes?: number;
  notBefore?: number;
  notAfter?: number;
}

export interface KeyRingSettings {
  /** How the option is called, for errors: `secrets`, `apiKeys`. */
  option: string;
  /** Clock for the age of a fetched answer, epoch ms. Default: the `now` that `active` is given. */
  now?: () => number;
}

/** How long a fetched answer is used without asking again. */
const keptMs = 60_000;
/** How long the last good answer is used while fetching fails. */
const usedAfterFailureMs = 600_000;
/** How long one fetch may take before it counts as failed: below `ackMs`, so that the old keys still serve. */
const fetchMs = 2_000;

interface Entry<K> extends KeyDescription {
  key: Key<K>;
}

/**
 * The active secrets of one provider. `prepare` turns a secret into what verifying needs (a KeyObject), and throws for
 * one that it cannot use, `KeyRefusal` to say why. A fixed list is prepared and checked here: throws `OPTION_INVALID`, which names the option
 * and never the secret. A function is first called when keys are first asked for.
 */
export function keyRing<K>(secrets: Secrets, prepare: (secret: string) => K, settings: KeyRingSettings): KeyRing<K> {
  if (typeof secrets === 'function') return fetchedRing(secrets, prepare, settings);
  const { option } = settings;
  const entries = readEntries(secrets, prepare, (fix, cause) => invalidOption(option, fix, cause));
  const all = entries.map((entry) => entry.key);
  const dated = entries.some((entry) => entry.notBefore !== undefined || entry.notAfter !== undefined);
  return {
    active: (now) => (dated ? inForce(entries, now, option) : all),
    describe: () => entries.map(describeEntry),
  };
}

function fetchedRing<K>(
  fetchSecrets: () => readonly SecretEntry[] | Promise<readonly SecretEntry[]>,
  prepare: (secret: string) => K,
  { option, now: clock }: KeyRingSettings,
): KeyRing<K> {
  let good: { entries: readonly Entry<K>[]; at: number } | undefined;
  let fetching: Promise<void> | undefined;

  async function fetchNow(at: number): Promise<void> {
    const answer = await fetchSecrets();
    good = { entries: readEntries(answer, prepare, (fix, cause) => unavailable(option, fix, cause)), at };
  }

  function shared(at: number): Promise<void> {
    // Until it settles, a slow fetch is the one that everybody waits for, each at most `fetchMs`.
    fetching ??= fetchNow(at).finally(() => {
      fetching = undefined;
    });
    return within(fetching, fetchMs);
  }

  async function refreshed(now: number, at: number): Promise<readonly Key<K>[]> {
    let failure: unknown;
    try {
      await shared(at);
    } catch (error) {
      failure = error;
    }
    if (failure !== undefined && (good === undefined || age(good.at, at) > usedAfterFailureMs)) {
      throw unavailable(option, 'they could not be fetched, and none are cached', failure);
    }
    return inForce(good?.entries ?? [], now, option);
  }

  return {
    active(now) {
      const at = clock === undefined ? now : clock();
      return good !== undefined && age(good.at, at) < keptMs ? inForce(good.entries, now, option) : refreshed(now, at);
    },
    describe: () => (good?.entries ?? []).map(describeEntry),
  };
}

// A clock that was set back must not keep an answer for ever.
function age(since: number, now: number): number {
  return now < since ? Number.POSITIVE_INFINITY : now - since;
}

type Refusal = (fix: string, cause?: unknown) => DepositCallbackError;

function readEntries<K>(source: unknown, prepare: (secret: string) => K, refuse: Refusal): readonly Entry<K>[] {
  if (!Array.isArray(source)) throw refuse('must be a list of secrets, or a function that returns one');
  if (source.length === 0) throw refuse('the list is empty; add at least one secret');
  const list: readonly unknown[] = source;
  const secrets = new Set<string>();
  const ids = new Set<string>();
  const entries = list.map((item, index) => {
    const place = `entry ${index + 1}`;
    const { key: secret, id, print, notBefore, notAfter } = readEntry(item, place, refuse);
    if (secrets.has(secret)) throw refuse(`${place} repeats an earlier secret; remove it`);
    if (ids.has(id)) throw refuse(`${place} has the id "${id}" of an earlier one; ids must differ`);
    secrets.add(secret);
    ids.add(id);
    let value: K;
    try {
      value = prepare(secret);
    } catch (error) {
      // Any other cause is dropped: an error of a decoder or of OpenSSL may quote the secret.
      if (error instanceof KeyRefusal) throw refuse(`${place}: ${error.message}`);
      throw refuse(`${place} is not a usable secret; check its form`);
    }
    const bytes = keyLength(value);
    const period = {
      ...(notBefore === undefined ? {} : { notBefore }),
      ...(notAfter === undefined ? {} : { notAfter }),
    };
    return { key: { id, value }, id, print, ...(bytes === undefined ? {} : { bytes }), ...period };
  });
  return entries.sort((a, b) => start(b) - start(a));
}

function start(entry: KeyDescription): number {
  return entry.notBefore ?? 0;
}

function readEntry(item: unknown, place: string, refuse: Refusal): KeyDescription & { key: string } {
  const given: Record<string, unknown> = typeof item === 'object' && item !== null ? { ...item } : { key: item };
  const { key, id, notBefore, notAfter } = given;
  if (typeof key !== 'string') throw refuse(`${place} must be a string; is its environment variable set?`);
  if (key.trim() === '') throw refuse(`${place} is empty; is its environment variable set?`);
  const stray = strayMarks(key);
  if (stray !== undefined) throw refuse(`${place} has ${stray} around it, which no sender signs with; take them off`);
  if (id !== undefined && (typeof id !== 'string' || id === '')) throw refuse(`${place}: its id must be a string`);
  const from = readTime(notBefore, `${place}: notBefore`, refuse);
  const until = readTime(notAfter, `${place}: notAfter`, refuse);
  if (from !== undefined && until !== undefined && until <= from) {
    throw refuse(`${place}: notAfter must be later than notBefore`);
  }
  const print = createHash('sha256').update(key).digest('hex').slice(0, 8);
  return {
    key,
    id: id ?? print,
    print,
    ...(from === undefined ? {} : { notBefore: from }),
    ...(until === undefined ? {} : { notAfter: until }),
  };
}

/** What a file or a shell leaves around a secret: with it, every signature would be refused. */
function strayMarks(key: string): string | undefined {
  // PEM ends with a line end.
  if (key.trim() !== key && !key.includes('-----BEGIN')) return 'spaces or a line end';
  return /^(["'`]).*\1$/s.test(key.trim()) && key.trim().length > 1 ? 'quotes' : undefined;
}

function readTime(value: unknown, name: string, refuse: Refusal): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refuse(`${name} must be epoch milliseconds`);
  return value;
}

function inForce<K>(entries: readonly Entry<K>[], now: number, option: string): readonly Key<K>[] {
  const keys = entries.filter((entry) => start(entry) <= now && now < (entry.notAfter ?? Number.POSITIVE_INFINITY));
  if (keys.length === 0) throw unavailable(option, 'none is active now; check notBefore and notAfter');
  return keys.map((entry) => entry.key);
}

function describeEntry({ id, print, bytes, notBefore, notAfter }: KeyDescription): KeyDescription {
  return {
    id,
    print,
    ...(bytes === undefined ? {} : { bytes }),
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(notAfter === undefined ? {} : { notAfter }),
  };
}

function unavailable(option: string, fix: string, cause?: unknown): DepositCallbackError {
  return new DepositCallbackError('KEYS_UNAVAILABLE', `Keys of ${option}: ${fix}`, { cause });
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
