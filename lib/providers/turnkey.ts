import type { Transfer } from '../deposits/transfer.ts';
import { invalidOption } from '../errors.ts';
import { type Json, numberText, optionalNumberText, optionalText, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { claimedDecimals, claimedSymbol } from './kit/claims.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, ProviderOptions, Reading } from './kit/provider.ts';
import { blockFrom, otherEvent, transfersOf, unknown } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

export { type TurnkeyKeysOptions, turnkeyKeys } from './kit/turnkey-keys.ts';

const keyId = { header: 'x-turnkey-signature-key-id' };

// https://docs.turnkey.com/features/webhooks/verify-signatures: a retry has a fresh time and signature.
const scheme: Scheme = {
  algorithm: 'ed25519',
  signature: { header: 'x-turnkey-signature' },
  keyForm: 'raw',
  signed: [{ literal: 'v1' }, { literal: 'ed25519' }, keyId, 'timestamp', 'id', 'body'],
  separator: '.',
  keyId,
  id: { header: 'x-turnkey-event-id' },
  timestamp: { header: 'x-turnkey-timestamp', unit: 'ms' },
};

/** Options of `turnkey`. */
export interface TurnkeyOptions extends ProviderOptions {
  /**
   * Your billing organization: one key of Turnkey's signs for all customers, and what it signed for another is ignored.
   */
  organizationId: string;
}

/**
 * Receives Turnkey balance updates. `secrets` are its public keys with their ids; `turnkeyKeys` fetches them. See
 * `docs/providers/turnkey.md`.
 */
export function turnkey(options: TurnkeyOptions): Provider {
  assertOptions('turnkey', options);
  const { organizationId } = options;
  if (typeof organizationId !== 'string' || organizationId === '')
    throw invalidOption('turnkey.organizationId', 'must be the id of your billing organization');
  return declareProvider(
    {
      name: 'turnkey',
      scheme,
      read: (content) => readTurnkey(content, organizationId),
      events: ['balances:confirmed', 'balances:finalized'],
      sendsRemovals: false,
      ownOptions: ['organizationId'],
    },
    options,
  );
}

// "confirmed" is the first block, "finalized" an undocumented depth.
const kinds: Readonly<Record<string, Transfer['kind']>> = {
  'balances:confirmed': 'mined',
  'balances:finalized': 'confirmed',
};

function readTurnkey(callback: Json, organizationId: string): Reading {
  if (text(callback, 'parentOrganizationId') !== organizationId)
    return unknown('a body of another parentOrganizationId');
  const type = text(callback, 'type');
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  if (kind === undefined) return otherEvent(type, /^(?:activity|transaction|ACTIVITY)\b/);
  const isOutgoing = text(callback, 'msg.operation') !== 'deposit';
  return transfersOf(
    present<Transfer>({
      kind,
      network: text(callback, 'msg.caip2'),
      asset: text(callback, 'msg.asset.caip19'),
      amount: { units: numberText(callback, 'msg.asset.amount') },
      decimals: claimedDecimals(callback, 'msg.asset.decimals'),
      symbol: claimedSymbol(callback, 'msg.asset.symbol'),
      to: text(callback, 'msg.address'),
      // One event for each address and asset of a transaction, so there is nothing to distinguish.
      transaction: present<Transfer['transaction']>({
        id: text(callback, 'msg.txHash'),
        block: blockFrom(optionalNumberText(callback, 'msg.block.number'), optionalText(callback, 'msg.block.hash')),
      }),
      evidence: { category: 'transfer', direction: isOutgoing ? 'out' : 'in' },
    }),
  );
}
