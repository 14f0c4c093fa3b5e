import { LRUCache } from 'lru-cache';
import type { TonNode, WalletData } from './node.ts';

/** Which accounts are wallets of jettons. A contract may say anything of itself: the jetton's master decides. */
export interface JettonWallets {
  /** Whether the jetton's master names this account as the wallet of the owner. Ask it of listed masters only. */
  isGenuine(account: string, data: WalletData): Promise<boolean>;
}

const walletsKept = 100_000;

export function jettonWallets(node: Pick<TonNode, 'walletOf'>): JettonWallets {
  const known = new LRUCache<string, string>({ max: walletsKept });
  return {
    async isGenuine(account, data) {
      const key = `${data.master} ${data.owner}`;
      // A master that was changed names other wallets from then on.
      if (known.get(key) === account) return true;
      const found = await node.walletOf(data);
      known.set(key, found);
      return found === account;
    },
  };
}
