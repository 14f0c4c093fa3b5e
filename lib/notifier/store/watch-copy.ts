import type { CanonicalAccount } from '../../networks/network.ts';
import { ensure } from '../../util/maps.ts';

/** What a watch leaves out, and when it ends. */
export interface WatchRule {
  /** Canonical CAIP-19; absent: every asset. */
  assets?: readonly string[];
  /** Of the time of blocks, epoch ms. */
  expiresAt?: number;
}

/** What a watch is asked about. */
export interface AskedTransfer {
  asset: string;
  /** Of its block, epoch ms. */
  time: number;
}

/** The watches in memory, in which each block's transfers are looked up. */
export interface WatchCopy {
  /** Whether a key watches an account, in canonical form. */
  isWatched(network: string, account: CanonicalAccount): boolean;
  /** Keys that watch an account; with a transfer, those whose watch does not leave it out. */
  watchers(network: string, account: CanonicalAccount, transfer?: AskedTransfer): ReadonlySet<string>;
  /** Networks on which a key watches anything. */
  networksOf(keyId: string): string[];
  removeAll(keyId: string): void;
  /** False if it was known. */
  remember(keyId: string, network: string, account: CanonicalAccount): boolean;
  forget(keyId: string, network: string, account: CanonicalAccount): void;
  /** Sets the rule of a watch; gives the one before. */
  rule(keyId: string, network: string, account: CanonicalAccount, rule: WatchRule): WatchRule;
}

const nobody: ReadonlySet<string> = new Set();

export function createWatchCopy(): WatchCopy {
  const byNetwork = new Map<string, Map<string, Set<string>>>();
  const counts = new Map<string, Map<string, number>>();
  // Most addresses have one watcher: such addresses of one key share one set.
  const alone = new Map<string, Set<string>>();
  const rules = createRules();

  const count = (keyId: string, network: string, by: 1 | -1): void => {
    const ofKey = ensure(counts, keyId, () => new Map<string, number>());
    const number = (ofKey.get(network) ?? 0) + by;
    if (number > 0) ofKey.set(network, number);
    else ofKey.delete(network);
  };
  const drop = (keyId: string, network: string, account: string): void => {
    const watchers = byNetwork.get(network);
    const found = watchers?.get(account);
    if (!watchers || !found?.has(keyId)) return;
    const left = new Set(found);
    left.delete(keyId);
    if (left.size === 0) watchers.delete(account);
    else watchers.set(account, left);
    rules.set(keyId, network, account, {});
    count(keyId, network, -1);
  };
  const watching = (
    network: string,
    { address, memo }: CanonicalAccount,
    transfer?: AskedTransfer,
  ): ReadonlySet<string>[] => {
    const watchers = byNetwork.get(network);
    const accounts =
      memo === undefined ? [accountText({ address })] : [accountText({ address }), accountText({ address, memo })];
    return accounts.flatMap((account) => {
      const keys = watchers?.get(account);
      if (!keys || !transfer || rules.isEmpty()) return keys ?? [];
      return new Set([...keys].filter((keyId) => rules.passes(keyId, network, account, transfer)));
    });
  };

  return {
    remember(keyId, network, account) {
      const watchers = ensure(byNetwork, network, () => new Map<string, Set<string>>());
      const found = watchers.get(accountText(account));
      if (found?.has(keyId)) return false;
      const single = ensure(alone, keyId, () => new Set([keyId]));
      watchers.set(accountText(account), found ? new Set([...found, keyId]) : single);
      count(keyId, network, 1);
      return true;
    },
    forget: (keyId, network, account) => drop(keyId, network, accountText(account)),
    rule: (keyId, network, account, rule) => rules.set(keyId, network, accountText(account), rule),
    isWatched: (network, account) => watching(network, account).length > 0,
    watchers(network, account, transfer) {
      const [first = nobody, ...more] = watching(network, account, transfer);
      return more.length === 0 ? first : new Set([...first, ...more.flatMap((one) => [...one])]);
    },
    networksOf: (keyId) => [...(counts.get(keyId)?.keys() ?? [])],
    removeAll(keyId) {
      for (const [network, watchers] of byNetwork)
        for (const account of [...watchers.keys()]) drop(keyId, network, account);
    },
  };
}

interface Rules {
  isEmpty(): boolean;
  set(keyId: string, network: string, account: string, rule: WatchRule): WatchRule;
  passes(keyId: string, network: string, account: string, transfer: AskedTransfer): boolean;
}

/** Most watches have none. */
function createRules(): Rules {
  const rules = new Map<string, WatchRule>();
  return {
    isEmpty: () => rules.size === 0,
    set(keyId, network, account, rule) {
      const id = `${keyId}\0${network}\0${account}`;
      const before = rules.get(id) ?? {};
      if (rule.assets === undefined && rule.expiresAt === undefined) rules.delete(id);
      else rules.set(id, rule);
      return before;
    },
    passes(keyId, network, account, { asset, time }) {
      const { assets, expiresAt } = rules.get(`${keyId}\0${network}\0${account}`) ?? {};
      return (assets?.includes(asset) ?? true) && time < (expiresAt ?? Number.POSITIVE_INFINITY);
    },
  };
}

/** An account as one text: no address and no memo contains NUL. */
export function accountText({ address, memo }: CanonicalAccount): string {
  return memo === undefined ? address : `${address}\0${memo}`;
}
