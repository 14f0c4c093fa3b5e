import { canonicalTransfer } from '../checks/canonical-transfer.ts';
import { resolveNames } from '../checks/resolve-names.ts';
import type { Transfer } from '../deposits/transfer.ts';
import type { CompiledPolicy } from '../policy/compile-policy.ts';
import type { Provider, Reading, Verified } from '../providers/kit/provider.ts';
import type { CallbackRecord, Store } from '../stores/store.ts';
import { present } from '../util/present.ts';

/**
 * A transfer as the provider reports it, before any check: for a person to look at. Addresses and ids are canonical; one
 * that cannot be is as the provider writes it.
 */
export interface ReportedTransfer {
  /** CAIP-2, or the provider's own name if nobody knows it. */
  network?: string;
  /** CAIP-19; absent if it is none. */
  asset?: string;
  symbol?: string;
  /** Decimals of the asset, as far as the policy or the network pins them. */
  decimals?: number;
  /** Smallest units; absent if the amount cannot be read exactly. */
  amount?: bigint;
  from?: string;
  to: string;
  memo?: string;
  transactionId?: string;
}

/** By the id of a stored callback: its transfers, read again without recording anything; none if it cannot be read. */
export function transfersInStore({
  store,
  providers,
  policy,
}: {
  store: Pick<Store, 'callback'>;
  providers: readonly Provider[];
  policy: () => CompiledPolicy;
}): (callbackId: string) => Promise<ReportedTransfer[]> {
  return async (callbackId) => {
    const record = await store.callback(callbackId);
    const provider = providers.find(({ name }) => name === record?.provider);
    return record && provider ? transfersIn(record, provider, policy()) : [];
  };
}

function transfersIn(record: CallbackRecord, provider: Provider, policy: CompiledPolicy): ReportedTransfer[] {
  return (readingOf(record, provider)?.transfers ?? []).map((transfer) => reported(transfer, provider, policy));
}

function readingOf(record: CallbackRecord, provider: Provider): Reading | undefined {
  const { method, url, headers, body, receivedAt, deliveryId, signedAt, keyId } = record;
  if (body === undefined) return undefined;
  try {
    return provider.read(
      { method, url, headers, body, receivedAt },
      present<Verified>({ deliveryId, signedAt, keyId }),
    );
  } catch {
    return undefined;
  }
}

function reported(transfer: Transfer, provider: Provider, policy: CompiledPolicy): ReportedTransfer {
  const { network, symbol, from, to, memo, transaction } = transfer;
  const written = { network, symbol, from, to, memo: memo ?? undefined, transactionId: transaction.id };
  const names = resolveNames(transfer, provider, policy);
  if ('code' in names) return present<ReportedTransfer>(written);
  const canonical = canonicalTransfer(transfer, names, provider, policy);
  return present<ReportedTransfer>({
    network: names.network.id,
    asset: names.asset,
    symbol,
    decimals: canonical.decimals,
    amount: canonical.amount,
    from: canonical.from ?? from,
    to: canonical.to ?? to,
    memo: canonical.memo ?? written.memo,
    transactionId: canonical.transactionId || written.transactionId,
  });
}
