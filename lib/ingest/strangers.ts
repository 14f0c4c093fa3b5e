import type { Assessment } from '../checks/assess.ts';
import { accountNamed } from '../checks/canonical-transfer.ts';
import type { Transfer } from '../deposits/transfer.ts';
import type { News } from '../observe/news.ts';
import type { CompiledPolicy } from '../policy/compile-policy.ts';
import type { Provider } from '../providers/kit/provider.ts';
import { ensure } from '../util/maps.ts';

/** Notices a provider all of whose transfers go to strangers: most likely our own table is spelt otherwise. */
export interface Strangers {
  /** `assessments` has one for each of the transfers, in their order. */
  see(provider: Provider, transfers: readonly Transfer[], assessments: readonly Assessment[]): void;
}

interface Seen {
  /** Since it last had a transfer of ours, or ever. */
  strangers: number;
  /** When the first of them came, epoch ms. */
  since: number;
  hadOurs: boolean;
  isTold: boolean;
}

const firstEver = 10;
const withinMs = 3_600_000;

export function createStrangers({
  news,
  policy,
  now,
}: {
  news: News | undefined;
  policy: () => CompiledPolicy;
  now: () => number;
}): Strangers {
  const byProvider = new Map<string, Seen>();

  const tell = async (provider: Provider, transfer: Transfer, { strangers, hadOurs }: Seen): Promise<void> => {
    const account = accountNamed(transfer, provider, policy());
    if (!account) return;
    const asked = `${account.address} (the provider writes ${transfer.to})`;
    const isSpelling = await saysYesTo([transfer.to, account.address.toLowerCase()], account, policy());
    const cause = isSpelling
      ? 'policy.isOurs accepts another spelling of it, but is called with the canonical one. Use policy.accounts'
      : 'if it is yours, check that policy.accounts contains it, or that policy.isOurs compares canonical addresses';
    const so = hadOurs ? 'in the last hour' : `of the first ${strangers}`;
    news?.tell('alarm', {
      code: 'ALL_NOT_OURS',
      message: `No transfer of ${provider.name} ${so} went to one of your accounts. The last address checked was ${asked}: ${cause}`,
      provider: provider.name,
      network: account.network,
    });
  };

  return {
    see(provider, transfers, assessments) {
      for (const [index, transfer] of transfers.entries()) {
        const { code, outcome } = assessments[index] ?? {};
        const isStranger = code === 'NOT_OURS';
        // What another check has dropped before says nothing of whose it is.
        if (!isStranger && outcome !== 'recorded') continue;
        const seen = ensure(byProvider, provider.name, () => ({
          strangers: 0,
          since: now(),
          hadOurs: false,
          isTold: false,
        }));
        if (!isStranger) {
          Object.assign(seen, { strangers: 0, hadOurs: true, isTold: false });
          continue;
        }
        if (seen.strangers === 0) seen.since = now();
        seen.strangers += 1;
        const isLong = now() - seen.since >= withinMs;
        if (seen.isTold || seen.strangers < firstEver || (seen.hadOurs && !isLong)) continue;
        seen.isTold = true;
        // Told beside the callback, which does not wait for it; a policy that fails here fails for the callback too.
        tell(provider, transfer, { ...seen }).catch(() => {});
      }
    },
  };
}

async function saysYesTo(
  spellings: readonly string[],
  account: { network: string; address: string },
  policy: CompiledPolicy,
): Promise<boolean> {
  for (const address of spellings) {
    if (address !== account.address && (await policy.isOurs({ ...account, address }))) return true;
  }
  return false;
}
