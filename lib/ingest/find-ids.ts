import { type HashOnly, hashOnly } from '../checks/canonical-transfer.ts';
import type { Transfer } from '../deposits/transfer.ts';
import type { Logger } from '../observe/logger.ts';
import type { CompiledPolicy } from '../policy/compile-policy.ts';
import type { Provider } from '../providers/kit/provider.ts';
import { inTime } from '../util/time-limit.ts';

/** Asks the chain which transaction a hash means: its canonical id, or undefined if it cannot be told. */
export type FindId = (named: HashOnly) => Promise<string | undefined>;

// Shorter than `limits.ackMs`: a callback whose transaction is not found in time is kept, and read again by `reprocess`.
const mostMs = 2_000;

/**
 * The ids, by the index of the transfer, of those transactions that a provider names by a hash alone, as the chain gives them. Of what is not found, or not in
 * time, there is none: it stays `TRANSACTION_HASH_ONLY`.
 */
export async function findIds(
  transfers: readonly Transfer[],
  provider: Provider,
  { policy, find, logger }: { policy: CompiledPolicy; find: FindId; logger: Logger },
): Promise<ReadonlyMap<number, string>> {
  const found = transfers.map(async (transfer, index): Promise<[number, string][]> => {
    const named = hashOnly(transfer, provider, policy);
    if (named === undefined) return [];
    try {
      const id = await inTime(mostMs, find(named), 'The chain check');
      return id === undefined ? [] : [[index, id]];
    } catch (error) {
      logger.warn(
        { provider: provider.name, network: named.network, error },
        'A transaction hash could not be looked up',
      );
      return [];
    }
  });
  return new Map((await Promise.all(found)).flat());
}
