import type { Evidence, Transfer } from '../deposits/transfer.ts';
import { type Json, numberText, optionalText, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { noDeposit, transfersOf, unknown } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

// https://docs.confirmo.net/docs/notifications; https://github.com/dkacetl/confirmo-java-sdk (BpSignatureManager.java): the body and
// the callback password behind it.
const scheme: Scheme = { algorithm: 'sha256', signature: { header: 'bp-signature' }, signed: ['body', 'secret'] };

/**
 * Receives callbacks of Confirmo's deposit accounts. `secrets` are callback passwords. See
 * `docs/providers/confirmo.md`.
 */
export function confirmo(options: NamedAssetsOptions): Provider {
  assertOptions('confirmo', options);
  const names = assetNames('confirmo', options.assets);
  return declareProvider(
    {
      name: 'confirmo',
      scheme,
      events: ['crypto.deposit', 'crypto.deposit.account'],
      read: (content) => readNotification(content, names),
      names: names.bySymbol,
      ownOptions: ['assets'],
    },
    options,
  );
}

function readNotification(callback: Json, names: AssetNames): Reading {
  const type = optionalText(callback, 'type');
  switch (type) {
    case 'crypto.deposit':
      return transfersOf(readDeposit(callback, names));
    case 'crypto.deposit.account':
      return {
        kind: 'notice',
        transfers: [],
        removals: [],
        notice: `Confirmo: a deposit account is ${optionalText(callback, 'data.status') ?? 'changed'}`,
      };
    // Invoices, which name no transaction.
    case undefined:
      return noDeposit;
    default:
      return unknown(type);
  }
}

function readDeposit(callback: Json, names: AssetNames): Transfer {
  const status = text(callback, 'data.status');
  const amount = { decimal: numberText(callback, 'data.paymentAmount') };
  const id = text(callback, 'data.txHash');
  return present<Transfer>({
    kind: kindOf(status),
    ...names.on(networkName(text(callback, 'data.chain')), text(callback, 'data.paymentAsset')),
    amount,
    to: text(callback, 'data.address'),
    transaction: { id },
    // Takes the place of a hash that names no transaction on its network.
    payment: `${text(callback, 'data.accountId')}/${id}`,
    evidence: present<Evidence>({
      category: 'transfer',
      direction: 'in',
      delivered: status === 'DONE' ? amount : undefined,
    }),
  });
}

function kindOf(status: string): Transfer['kind'] {
  if (status === 'DONE') return 'confirmed';
  return status === 'RETURNED' ? 'removed' : 'seen';
}

// "TRON-BLOCKCHAIN-MAINNET"
function networkName(written: string): string {
  return written.replace(/-BLOCKCHAIN-MAINNET$/, '');
}
