import { invalidOption, isDepositCallbackError } from '../errors.ts';
import { accountOn } from '../networks/canonical.ts';
import type { CanonicalAccount, Network } from '../networks/network.ts';
import type { NetworkTable } from '../networks/table.ts';
import { ensure, push } from '../util/maps.ts';
import type { Account } from './policy.ts';

/** The user's own table, which may change at any time. */
export interface TableSource {
  has(text: string): boolean;
  get(text: string): unknown;
  texts(): Iterable<unknown>;
}

/** `found` is what the table holds of the account; undefined if it is ours, but its customer is not known. */
export interface Looked {
  isOurs: boolean;
  found?: unknown;
}

/** The table as one network reads it: texts by canonical address, and by address and memo. */
interface Index {
  readonly seen: Set<unknown>;
  readonly texts: Map<string, string[]>;
  /** Addresses that stand in the table with a memo. */
  readonly tagged: Map<string, string[]>;
}

/** A checksum takes up to 100 microseconds to check: of a larger table the rest is read without. */
const checkedAtStart = 1_000;

/**
 * Looks accounts up by canonical address, whatever spelling the table has. The table is read through at the first look-up
 * and, for what has changed since, whenever an account is not found: at most once each turn of the event loop.
 */
export function accountTable(
  source: TableSource,
  networks: readonly Network[],
  table: NetworkTable,
  warn: (text: string) => void,
): (account: Account) => Looked {
  const isRead = (text: unknown): boolean => networks.some((one) => accountIn(table, one, text) !== undefined);
  checkTexts(source, networks, isRead);
  const indexes = new Map<string, Index>();
  const readThisTurn = new Set<string>();
  const warned = new Set<unknown>();

  const readThrough = (network: Network, index: Index): void => {
    if (readThisTurn.has(network.id)) return;
    if (readThisTurn.size === 0) setImmediate(() => readThisTurn.clear());
    readThisTurn.add(network.id);
    for (const text of source.texts()) {
      if (index.seen.has(text)) continue;
      index.seen.add(text);
      const account = accountIn(table, network, text, keyOf);
      if (account !== undefined) {
        const { address, memo } = account;
        push(index.texts, memo === undefined ? address : `${address}\n${memo}`, String(text));
        if (memo !== undefined) push(index.tagged, address, String(text));
      } else if (!warned.has(text) && warned.size < 100 && !isRead(text)) {
        warned.add(text);
        warn(`policy.accounts contains ${shown(text)}, which is not an address of a network in policy.assets`);
      }
    }
  };

  const standing = (index: Index, lists: Map<string, string[]>, key: string): readonly string[] => {
    const texts = lists.get(key);
    if (texts === undefined) return [];
    const left = texts.filter((text) => source.has(text));
    if (left.length < texts.length) {
      for (const text of texts) if (!source.has(text)) index.seen.delete(text);
      lists.set(key, left);
    }
    return left;
  };

  const look = (index: Index, { address, memo }: CanonicalAccount): Looked => {
    const own = memo === undefined ? [] : standing(index, index.texts, `${address}\n${memo}`);
    const texts = own.length > 0 ? own : standing(index, index.texts, address);
    if (texts.length === 0) return { isOurs: standing(index, index.tagged, address).length > 0 };
    const found = new Set(texts.map((text) => source.get(text)));
    // Two spellings of one address with two customers: a person has to say whose it is.
    return found.size === 1 ? { isOurs: true, found: [...found][0] } : { isOurs: true };
  };

  return (account) => {
    const network = table.require(account.network);
    const index = ensure(indexes, network.id, () => ({ seen: new Set(), texts: new Map(), tagged: new Map() }));
    const key = { ...account, ...keyOf(network, account.address) };
    const known = look(index, key);
    if (known.found !== undefined) return known;
    readThrough(network, index);
    return look(index, key);
  };
}

/** Throws `OPTION_INVALID` for a text that no network of the policy can read: nothing would ever be credited to it. */
function checkTexts(source: TableSource, networks: readonly Network[], isRead: (text: unknown) => boolean): void {
  let checked = 0;
  for (const text of source.texts()) {
    if (checked === checkedAtStart) return;
    checked += 1;
    if (isRead(text)) continue;
    const names = networks.length > 10 ? '' : ` (${networks.map(({ id }) => id).join(', ')})`;
    throw invalidOption(
      'policy.accounts',
      `contains ${shown(text)}, which is not an address of a network in policy.assets${names}${reasonOf(text, networks)}`,
    );
  }
}

function reasonOf(text: unknown, [network, ...others]: readonly Network[]): string {
  if (network === undefined || others.length > 0 || typeof text !== 'string') return '';
  try {
    accountOn(network, text);
    return '';
  } catch (error) {
    return error instanceof Error ? `: ${error.message}` : '';
  }
}

const caip10 = /^([-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}):(.+)$/;

/** The account that a text of the table means on a network; undefined if it means none. */
function accountIn(
  table: NetworkTable,
  network: Network,
  text: unknown,
  read: Reader = accountOn,
): CanonicalAccount | undefined {
  if (typeof text !== 'string') return undefined;
  const [, prefix, rest] = caip10.exec(text) ?? [];
  const named = prefix === undefined ? undefined : table.find(prefix);
  if (named !== undefined && named.id !== network.id) return undefined;
  try {
    return read(network, named === undefined ? text : (rest ?? ''));
  } catch (error) {
    if (isDepositCallbackError(error)) return undefined;
    throw error;
  }
}

type Reader = (network: Network, text: string) => CanonicalAccount;

/** As `accountOn`, but of hex the lower-case form: a hash for each address of a large table would hold the process up. */
const keyOf: Reader = (network, text) => {
  const [, hex] = (network.family === 'evm' && /^(?:0[xX])?([0-9a-fA-F]{40})$/.exec(text)) || [];
  return hex === undefined ? accountOn(network, text) : { address: hex.toLowerCase() };
};

function shown(text: unknown): string {
  return typeof text === 'string' ? `'${text.slice(0, 80)}'` : `a ${typeof text}`;
}
