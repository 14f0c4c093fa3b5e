import type { Decision } from '../deposits/decisions.ts';
import type { DepositRecord } from '../deposits/deposit.ts';
import type { Intake } from '../ingest/intake.ts';
import type { Reassessment } from '../ingest/reassess.ts';
import type { Store } from '../stores/store.ts';
import { present } from '../util/present.ts';

export interface AssignParts {
  store: Pick<Store, 'deposits'>;
  policy: Intake['policy'];
  now: () => number;
  reassess(depositId: string, decide: Reassessment['decide'] & object): Promise<DepositRecord>;
}

export interface UnassignedQuery {
  provider?: string;
  /** First seen at or after, epoch ms. */
  since?: number;
  /** The latest so many. Default 1000. */
  limit?: number;
}

const pageSize = 1_000;

/** Quarantined deposits of ours of which the policy did not know whose they are. */
export async function findUnassigned(
  store: AssignParts['store'],
  { provider, since, limit = pageSize }: UnassignedQuery,
): Promise<DepositRecord[]> {
  const found: DepositRecord[] = [];
  let before: string | undefined;
  while (found.length < limit) {
    const page = await store.deposits(
      present<Parameters<Store['deposits']>[0]>({ status: 'quarantined', since, before, limit: pageSize }),
    );
    found.push(
      ...page.filter(
        ({ code, providers }) => code === 'UNASSIGNED' && (provider === undefined || providers.includes(provider)),
      ),
    );
    if (page.length < pageSize) break;
    before = page.at(-1)?.id;
  }
  return found.slice(0, limit);
}

/**
 * Asks the policy again whose the deposits are, and decides for those that it names by now. Gives how many these are. `UNASSIGNED`
 * is the last of the checks, so nothing else has been left unasked.
 */
export async function assignAgain(
  deposits: readonly DepositRecord[],
  { policy, now, reassess }: AssignParts,
): Promise<number> {
  let assigned = 0;
  for (const { id, network, to, memo } of deposits) {
    const owner = await policy().ownerOf({ network, address: to, ...(memo === undefined ? {} : { memo }) });
    if (typeof owner !== 'object') continue;
    const { account } = owner;
    const decision = present<Decision>({
      depositId: id,
      kind: 'correct',
      reason: account === undefined ? 'the policy says that it is ours' : `the policy names the account ${account}`,
      actor: 'policy.accounts',
      at: now(),
      codes: ['UNASSIGNED'],
      correction: account === undefined ? undefined : { account },
    });
    const { code } = await reassess(id, (standings) =>
      standings.get(id)?.stands.includes('UNASSIGNED') ? [decision] : [],
    );
    if (code !== 'UNASSIGNED') assigned += 1;
  }
  return assigned;
}
