import { assess } from '../../checks/assess.ts';
import { chainProvider } from '../../deposits/fold-rules.ts';
import { groupKey } from '../../deposits/identity.ts';
import type { Group, StoredStatement } from '../../deposits/statement.ts';
import type { TransactionState } from '../../deposits/transaction-state.ts';
import type { Transfer } from '../../deposits/transfer.ts';
import type { CompiledPolicy } from '../../policy/compile-policy.ts';
import type { ProviderTraits } from '../../policy/context.ts';
import { present } from '../../util/present.ts';
import type { ChainBlock, ChainClaim, ChainSubject, ChainVerdict, MinedVerdict } from '../kit/chain-check.ts';

/** Our own chain check as a provider: the fold hears it under a name that no other may have. */
const traits: ProviderTraits = {
  name: chainProvider,
  keyedBy: 'transaction',
  reportsConfirmations: 'count',
  reportsMemos: true,
  sendsRemovals: true,
  trustMined: false,
};

/** How far a block has come: in the chain, confirmed as the policy asks, or beyond any reorg. */
type Stage = 0 | 1 | 2;

interface Claimed {
  group: Group;
  amount: bigint;
  memo?: string;
  position?: string;
}

/** What to ask the chain about a transaction of which `state` is known, and which was just read in a block, perhaps. */
export function subjectOf(
  state: TransactionState,
  transactionId: string,
  foundIn: ChainBlock | undefined,
): ChainSubject {
  const claims = claimsIn(state).map(({ group, amount, position }) =>
    present<ChainClaim>({ asset: group.asset, to: group.to, amount, position }),
  );
  return present<ChainSubject>({ transactionId, claims, blocks: blocksIn(state), foundIn });
}

/** Every block that a statement names by hash and number. */
export function blocksIn({ statements }: TransactionState): ChainBlock[] {
  const blocks = new Map<string, ChainBlock>();
  for (const { blockHash, blockNumber } of statements) {
    if (blockHash === undefined || blockNumber === undefined || !/^\d{1,30}$/.test(blockNumber)) continue;
    blocks.set(blockHash, { hash: blockHash, number: BigInt(blockNumber) });
  }
  return [...blocks.values()];
}

function claimsIn({ statements }: TransactionState): Claimed[] {
  const claims = new Map<string, Claimed>();
  for (const { group, amount, memo, position, kind } of statements) {
    if (group === undefined || kind === 'removed' || group.payment !== undefined) continue;
    const key = `${groupKey(group)}|${amount}|${memo ?? ''}`;
    claims.set(key, present<Claimed>({ group, amount, memo, position: position ?? claims.get(key)?.position }));
  }
  return [...claims.values()];
}

/**
 * The statements that a verdict adds to what is known: none if the chain says nothing new, so that asking again, from
 * however many processes, stores nothing. A denial waits for the confirmations that the policy asks, as a credit does.
 */
export async function chainStatements(
  state: TransactionState,
  network: string,
  transactionId: string,
  verdict: ChainVerdict,
  { policy, now }: { policy: CompiledPolicy; now: number },
): Promise<StoredStatement[]> {
  // docs/rules.md#newer: later than anything the chain check has said before, whatever the clock did.
  const at = Math.max(now, ...spoken(state).map((one) => (one.at ?? 0) + 1));
  const removals = (verdict.removed ?? [])
    .filter((hash) => isNewRemoval(state, hash))
    .map((hash) => removal(hash, at, now));
  if (verdict.status !== 'mined') return removals;
  const rows = await assessRows(network, transactionId, verdict, { policy, at, now });
  return [...removals, ...newRows(state, rows, verdict, policy), ...denials(state, rows, verdict, policy, at, now)];
}

function spoken({ statements }: TransactionState): StoredStatement[] {
  return statements.filter((one) => one.provider === chainProvider);
}

function isNewRemoval(state: TransactionState, hash: string): boolean {
  let removedAt = Number.NEGATIVE_INFINITY;
  let toldAt = Number.NEGATIVE_INFINITY;
  for (const { kind, at = 0, blockHash } of spoken(state)) {
    if (blockHash !== hash) continue;
    if (kind === 'removed') removedAt = Math.max(removedAt, at);
    else toldAt = Math.max(toldAt, at);
  }
  return removedAt <= toldAt && (toldAt > Number.NEGATIVE_INFINITY || removedAt === Number.NEGATIVE_INFINITY);
}

/** Names no group: it reaches each of them, as a block does. */
function removal(blockHash: string, at: number, receivedAt: number): StoredStatement {
  const eventId = `${blockHash}:removed:${at}`;
  const id = `${chainProvider}/${eventId}/0`;
  return {
    id,
    provider: chainProvider,
    kind: 'removed',
    amount: 0n,
    blockHash,
    at,
    eventId,
    row: 0,
    callbackId: '',
    receivedAt,
  };
}

async function assessRows(
  network: string,
  transactionId: string,
  verdict: MinedVerdict,
  { policy, at, now }: { policy: CompiledPolicy; at: number; now: number },
): Promise<StoredStatement[]> {
  if (!verdict.success) return [];
  const { block, confirmations } = verdict;
  const assessed = verdict.rows.map(({ asset, from, to, amount, delivered, memo, position }, row) => {
    const isFinalOnly = policy.confirmations(network, amount) === 'finalized';
    const transfer = present<Transfer>({
      // docs/rules.md#confirmations: if finality is required, a count is no substitute, so none is given before it.
      kind: isFinalOnly && verdict.finalized ? 'confirmed' : 'mined',
      confirmations: isFinalOnly && !verdict.finalized ? undefined : confirmations,
      network,
      asset,
      amount: { units: amount },
      from,
      to,
      memo: memo ?? null,
      transaction: { id: transactionId, position, block: { number: block.number.toString(), hash: block.hash } },
      at,
      evidence: { success: true, ...(delivered === true && { delivered: { units: amount } }) },
    });
    const eventId = `${block.hash}:${confirmations}:${at}`;
    return assess(transfer, traits, policy, { eventId, row, callbackId: '', receivedAt: now });
  });
  return (await Promise.all(assessed)).flatMap(({ statement }) => statement ?? []);
}

/** Rows of the groups in which some row has come further than when it was last reported, or was never reported. */
function newRows(
  state: TransactionState,
  rows: readonly StoredStatement[],
  verdict: MinedVerdict,
  policy: CompiledPolicy,
): StoredStatement[] {
  const isNews = (row: StoredStatement): boolean => {
    const told = lastWord(state, row.group, verdict.block.hash).find(
      (one) => one.amount === row.amount && one.position === row.position && one.kind !== 'failed',
    );
    return told === undefined || stageOf(row, policy) > stageOf(told, policy);
  };
  const changed = new Set(rows.filter(isNews).map((row) => row.group && groupKey(row.group)));
  return rows.filter((row) => changed.has(row.group && groupKey(row.group)));
}

/** Says of each claimed group that the transaction moved nothing to it: because it failed, or because it holds no such row. */
function denials(
  state: TransactionState,
  rows: readonly StoredStatement[],
  verdict: MinedVerdict,
  policy: CompiledPolicy,
  at: number,
  receivedAt: number,
): StoredStatement[] {
  const held = new Set(rows.map((row) => row.group && groupKey(row.group)));
  const { block, confirmations } = verdict;
  const eventId = `${block.hash}:denied:${at}`;
  return claimsIn(state).flatMap(({ group, amount, memo }, row): StoredStatement[] => {
    if (held.has(groupKey(group)) || (verdict.success && verdict.unseen.includes(group.asset))) return [];
    const asked = policy.confirmations(group.network, amount);
    if (asked === 'finalized' ? !verdict.finalized : confirmations < asked) return [];
    if (lastWord(state, group, block.hash).some((one) => one.kind === 'failed')) return [];
    const id = `${chainProvider}/${eventId}/${row}`;
    // No confirmations: by docs/rules.md#final they would make the block final, and keep the claim possible for ever.
    const blockNumber = block.number.toString();
    return [
      present<StoredStatement>({
        ...{ id, provider: chainProvider, kind: 'failed', amount, group, memo, blockHash: block.hash, blockNumber },
        ...{ at, eventId, row, callbackId: '', receivedAt },
      }),
    ];
  });
}

/** What the chain check said last of a group in a block, unless it has taken the block back since. */
function lastWord(state: TransactionState, group: Group | undefined, hash: string): StoredStatement[] {
  if (group === undefined) return [];
  const key = groupKey(group);
  const words = spoken(state).filter(
    (one) => one.blockHash === hash && (one.kind === 'removed' || (one.group && groupKey(one.group) === key)),
  );
  const newest = Math.max(...words.map((one) => one.at ?? 0));
  const last = words.filter((one) => one.at === newest);
  return last.some((one) => one.kind === 'removed') ? [] : last;
}

function stageOf({ group, amount, kind, confirmations = 0 }: StoredStatement, policy: CompiledPolicy): Stage {
  if (group === undefined) return 0;
  const { reorgDepth } = policy.networks.require(group.network);
  const asked = policy.confirmations(group.network, amount);
  const isReached = asked === 'finalized' ? kind === 'confirmed' : confirmations >= asked;
  if (!isReached) return 0;
  return confirmations >= reorgDepth ? 2 : 1;
}

/**
 * When to ask again about a transaction that is in a block; undefined once nothing can undo it, and everything is
 * reported.
 */
export function nextCheck(
  state: TransactionState,
  network: string,
  verdict: MinedVerdict,
  policy: CompiledPolicy,
): { confirmations: number } | undefined {
  const { reorgDepth } = policy.networks.require(network);
  const asked = claimsIn(state).map(({ amount }) => policy.confirmations(network, amount));
  // Less and less often: what a node cannot see now, it may never see.
  if (verdict.unseen.length > 0)
    return { confirmations: verdict.confirmations + Math.max(reorgDepth, verdict.confirmations) };
  if (asked.includes('finalized') && !verdict.finalized) return { confirmations: verdict.confirmations + 1 };
  const counts = asked.filter((one) => one !== 'finalized');
  const ahead = [...counts, reorgDepth].filter((count) => count > verdict.confirmations);
  return ahead.length === 0 ? undefined : { confirmations: Math.min(...ahead) };
}
