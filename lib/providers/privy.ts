import type { Transfer } from '../deposits/transfer.ts';
import { DepositCallbackError } from '../errors.ts';
import { type Json, numberText, optionalNumberText, optionalText, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { tokenOn } from './kit/evm-reading.ts';
import type { Provider, ProviderOptions, Reading } from './kit/provider.ts';
import { blockFrom, otherEvent, transfersOf } from './kit/readings.ts';
import { svixScheme } from './kit/svix.ts';

/**
 * Receives Privy deposits to embedded and server wallets. `secrets` are the endpoints' signing keys, `whsec_...`. See
 * `docs/providers/privy.md`.
 */
export function privy(options: ProviderOptions): Provider {
  assertOptions('privy', options);
  return declareProvider(
    { name: 'privy', scheme: svixScheme, read: readPrivy, events: ['wallet.funds_deposited'], sendsRemovals: false },
    options,
  );
}

// What users and wallets of the app do.
const others =
  /^(?:(?:user|mfa|transaction|intent)\..+|wallet\.(?:funds_withdrawn|private_key_export|recovery_setup|recovered))$/;

// https://docs.privy.io/api-reference/webhooks/wallet/funds_deposited
function readPrivy(callback: Json): Reading {
  const type = text(callback, 'type');
  if (type !== 'wallet.funds_deposited') return otherEvent(type, others);
  const network = text(callback, 'caip2');
  return transfersOf(
    present<Transfer>({
      kind: 'mined',
      network,
      asset: assetOf(callback, network),
      amount: { units: numberText(callback, 'amount') },
      from: optionalText(callback, 'sender'),
      to: text(callback, 'recipient'),
      // `idempotency_key` is not a position: whether a transfer that moves to another block keeps it is not said.
      transaction: present<Transfer['transaction']>({
        id: text(callback, 'transaction_hash'),
        block: blockFrom(optionalNumberText(callback, 'block.number'), undefined),
      }),
      evidence: { category: 'transfer', direction: 'in' },
    }),
  );
}

function assetOf(callback: Json, network: string): Transfer['asset'] {
  const type = text(callback, 'asset.type');
  if (type === 'native-token') return 'native';
  if (type === 'erc20' || type === 'spl') return tokenOn(network, optionalText(callback, 'asset.address'));
  throw new DepositCallbackError('BODY_UNREADABLE', 'The type of the asset is not known');
}
