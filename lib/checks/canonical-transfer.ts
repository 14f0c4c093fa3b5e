import { unitsFrom } from '../deposits/amount.ts';
import type { Group, StatementKind } from '../deposits/statement.ts';
import type { Evidence, Removal, Transfer } from '../deposits/transfer.ts';
import { accountOn, addressOn, blockHashOn, isHashOnly, transactionIdOn } from '../networks/canonical.ts';
import type { CanonicalAccount, Network } from '../networks/network.ts';
import type { Owner } from '../policy/compile-owner.ts';
import type { CompiledPolicy } from '../policy/compile-policy.ts';
import type { ProviderTraits } from '../policy/context.ts';
import type { Account, ListedAsset } from '../policy/policy.ts';
import { present } from '../util/present.ts';
import { orUndefined } from './or-undefined.ts';
import { type KnownNames, resolveNames } from './resolve-names.ts';

/** A transfer in the canonical form of its network: what the checks see. A part that could not be read is undefined. */
export interface CanonicalTransfer {
  kind: StatementKind;
  network: Network;
  /** CAIP-19, on `network`. */
  asset: string | undefined;
  listed: ListedAsset | undefined;
  /** Pinned decimals; undefined if nothing pins them. */
  decimals: number | undefined;
  claimedDecimals: number | undefined;
  /** Smallest units; what was delivered, if that is reported. */
  amount: bigint | undefined;
  account: Account | undefined;
  /** Whose the account is; undefined until the policy was asked, or if it need not be. */
  owner: Owner | undefined;
  to: string | undefined;
  memo: string | undefined;
  /** Whether the provider can report a memo. */
  memosReported: boolean;
  /** Whether the provider sends hints only (docs/rules.md#hints). */
  isHint: boolean;
  from: string | undefined;
  /** For a provider keyed by payment, `''` if none is named. */
  transactionId: string | undefined;
  /** Whether the transaction is named by a hash that names none on this network. */
  isHashOnly: boolean;
  /** `instance/payment id`, for what is keyed by payment. */
  payment: string | undefined;
  blockHash: string | undefined;
  blockNumber: string | undefined;
  confirmations: number | undefined;
  evidence: Evidence;
}

const noEvidence: Evidence = {};

/** Puts each part of a transfer into its canonical form. `asset` is undefined if it is none that can be. */
export function canonicalTransfer(
  transfer: Transfer,
  { network, asset }: KnownNames,
  provider: ProviderTraits,
  policy: CompiledPolicy,
): CanonicalTransfer {
  const { kind, confirmations, evidence = noEvidence } = transfer;
  const listed = asset === undefined ? undefined : policy.assetOf(asset);
  const decimals = listed?.decimals ?? (asset === network.native.asset ? network.native.decimals : undefined);
  const account = orUndefined(() => accountOn(network, transfer.to, transfer.memo));
  const { block, id } = transfer.transaction;
  const payment = paymentFor(network, provider, transfer.payment, id);
  const blockHash = blockHashOf(network, block?.hash);
  const from = transfer.from === undefined ? undefined : orUndefined(() => addressOn(network, transfer.from ?? ''));
  const isFeeReturned = from !== undefined && network.native.feeAccounts?.includes(from.toLowerCase()) === true;
  const isBlockLost = blockHash === undefined && block?.hash !== undefined;
  return {
    kind,
    network,
    asset,
    listed,
    decimals,
    claimedDecimals: transfer.decimals,
    amount: orUndefined(() => unitsFrom(evidence.delivered ?? transfer.amount, decimals)),
    account: account && accountOf(network, account),
    owner: undefined,
    to: account?.address,
    memo: account?.memo,
    memosReported: provider.reportsMemos,
    isHint: provider.keyedBy === 'hint',
    from,
    transactionId: isBlockLost && kind !== 'removed' ? undefined : transactionIdOf(network, id, payment),
    isHashOnly: payment === undefined && id !== undefined && isHashOnly(network, id),
    payment: paymentOf(provider, payment),
    blockHash,
    blockNumber: block?.number,
    confirmations: Number.isSafeInteger(confirmations) && Number(confirmations) >= 0 ? confirmations : undefined,
    evidence: isFeeReturned ? { ...evidence, category: 'fee' } : evidence,
  };
}

// Without a spread, which costs ten times as much.
function accountOf({ id: network }: Network, { address, memo }: CanonicalAccount): Account {
  return memo === undefined ? { network, address } : { network, address, memo };
}

/** The account that a transfer names, in canonical form; undefined if it names none. */
export function accountNamed(
  transfer: Transfer,
  provider: ProviderTraits,
  policy: CompiledPolicy,
): Account | undefined {
  const names = resolveNames(transfer, provider, policy);
  return 'code' in names ? undefined : canonicalTransfer(transfer, names, provider, policy).account;
}

/** A transfer whose transaction is named by a hash that names none on its network. */
export interface HashOnly {
  network: string;
  hash: string;
  block: { number?: string; hash?: string };
  asset: string;
  to: string;
  amount: bigint;
}

/** Undefined for any other transfer, and for one of which a part cannot be read. */
export function hashOnly(transfer: Transfer, provider: ProviderTraits, policy: CompiledPolicy): HashOnly | undefined {
  const names = resolveNames(transfer, provider, policy);
  if ('code' in names) return undefined;
  const {
    isHashOnly: isOne,
    network,
    asset,
    to,
    amount,
    blockHash,
    blockNumber,
  } = canonicalTransfer(transfer, names, provider, policy);
  const hash = transfer.transaction.id;
  if (!isOne || hash === undefined || asset === undefined || to === undefined || amount === undefined) return undefined;
  const block = present<HashOnly['block']>({ number: blockNumber, hash: blockHash });
  return { network: network.id, hash, block, asset, to, amount };
}

/**
 * The transaction, or payment, that a removal names, as a group without asset and recipient: it reaches each of them.
 * Undefined if its id cannot be read; a block that cannot be read is none, so that the removal holds rather than
 * misses.
 */
export function canonicalRemoval(
  removal: Removal,
  network: Network,
  provider: ProviderTraits,
): { group: Group; blockHash: string | undefined } | undefined {
  const payment = paymentFor(network, provider, removal.payment, removal.transactionId);
  const transactionId = transactionIdOf(network, removal.transactionId, payment);
  if (transactionId === undefined) return undefined;
  return {
    group: present<Group>({
      network: network.id,
      transactionId,
      asset: '',
      to: '',
      payment: paymentOf(provider, payment),
    }),
    blockHash: blockHashOf(network, removal.block?.hash),
  };
}

/**
 * What a payment is keyed by. By transaction, it is the fallback if none is named, or only a hash that names none on
 * its network.
 */
function paymentFor(
  network: Network,
  { keyedBy }: ProviderTraits,
  payment: string | undefined,
  id: string | undefined,
): string | undefined {
  const isNamed = id !== undefined && !isHashOnly(network, id);
  return keyedBy === 'payment' || (keyedBy === 'transaction' && !isNamed) ? payment : undefined;
}

function canonicalId(network: Network, id: string | undefined): string | undefined {
  return id === undefined ? undefined : orUndefined(() => transactionIdOn(network, id));
}

function paymentOf({ name }: ProviderTraits, payment: string | undefined): string | undefined {
  return payment === undefined ? undefined : `${name}/${payment}`;
}

function blockHashOf(network: Network, hash: string | undefined): string | undefined {
  return hash === undefined ? undefined : orUndefined(() => blockHashOn(network, hash));
}

function transactionIdOf(network: Network, id: string | undefined, payment: string | undefined): string | undefined {
  const canonical = canonicalId(network, id);
  return payment === undefined ? canonical : (canonical ?? '');
}
