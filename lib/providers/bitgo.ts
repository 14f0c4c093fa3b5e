import type { Transfer } from '../deposits/transfer.ts';
import { invalidOption } from '../errors.ts';
import { type Json, member, optionalArray, optionalBoolean, optionalText, text } from '../json/json.ts';
import { findNetwork } from '../networks/registry.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { bitgoCoins } from './kit/bitgo-coins.ts';
import { ifReadable } from './kit/claims.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { otherEvent, transfersOf } from './kit/readings.ts';
import { type Rows, readingOf, readRows } from './kit/rows.ts';
import type { Scheme } from './kit/scheme.ts';

// https://developers.bitgo.com/docs/webhooks-overview
const scheme: Scheme = { algorithm: 'hmac-sha256', signature: { header: 'x-signature-sha256' }, signed: ['body'] };

/** Options of `bitgo`. */
export interface BitgoOptions extends NamedAssetsOptions {
  /**
   * Whether no transaction ever pays two addresses of one of your wallets. A transfer of BitGo's is the sum of what a transaction
   * brought to a wallet, and names one receiver; without this such a transfer is kept for an operator. Default false.
   */
  oneRecipient?: boolean;
}

/**
 * Receives BitGo wallet webhooks of the type `transfer`. `secrets` are the webhook secrets. See
 * `docs/providers/bitgo.md`.
 */
export function bitgo(options: BitgoOptions): Provider {
  assertOptions('bitgo', options);
  const { oneRecipient = false } = options;
  if (typeof oneRecipient !== 'boolean') throw invalidOption('bitgo.oneRecipient', 'must be true or false');
  const names = assetNames('bitgo', options.assets, bitgoCoins);
  return declareProvider(
    {
      name: 'bitgo',
      scheme,
      read: (content) => readBitgo(content, names, oneRecipient),
      events: ['transfer'],
      reportsMemos: true,
      names: names.alone,
      ownOptions: ['assets', 'oneRecipient'],
    },
    options,
  );
}

// https://developers.bitgo.com/docs/webhooks-wallet, 2026-11. `transaction` is none of them: it names what may be a deposit.
const others =
  /^(?:address_confirmation|admin|block|circuitBreaker|lowFee|lowFeeAddressBalance|pendingapproval|transactionExpire|txRequest|txRequestTransfer|wallet_confirmation)$/i;

function readBitgo(callback: Json, names: AssetNames, oneRecipient: boolean): Reading {
  const type = optionalText(callback, 'type');
  if (type !== 'transfer') return otherEvent(type, others);
  const entries = ifReadable(() => optionalArray(callback, 'entries')) ?? [];
  if (entries.length > 0) return readingOf(readEntries(entries, callback, names));
  const units = optionalText(callback, 'baseValueString');
  const receivers = receiversOf(callback);
  if (units === undefined || receivers.length === 0) {
    // An older delivery, which only says that there is something to fetch.
    const notice = `BitGo sent a transfer without its amount (${text(callback, 'transfer')}): create the webhook again`;
    return { kind: 'notice', notice, transfers: [], removals: [] };
  }
  const transfer = readTransfer(callback, units, receivers[0] ?? '', names);
  const isAlone = receivers.length === 1 && (oneRecipient || hasOneRecipient(transfer.network));
  return transfersOf({ ...transfer, evidence: { ...transfer.evidence, soleRecipient: isAlone ? true : null } });
}

// A transfer is what one transaction brought to one wallet, all of its addresses together.
function readTransfer(callback: Json, units: string, receiver: string, names: AssetNames): Transfer {
  const { address, memo } = splitAddress(receiver);
  const isOutgoing = optionalText(callback, 'transferType') === 'send';
  return present<Transfer>({
    kind: kindOf(text(callback, 'state')),
    ...names.named(text(callback, 'coin')),
    // Negative for what was sent.
    amount: { units: units.replace(/^-/, '') },
    to: address,
    memo,
    transaction: { id: text(callback, 'hash'), position: `transfer:${text(callback, 'transfer')}` },
    evidence: { category: 'transfer', direction: isOutgoing ? 'out' : 'in' },
  });
}

// What each address got. Entries have no position, so equal ones are distinguished within one callback only.
function readEntries(entries: readonly Json[], callback: Json, names: AssetNames): Rows {
  return readRows(entries, 'entries', (entry) => {
    const units = optionalText(entry, 'valueString') ?? '';
    // Inputs, and what came back to the sender.
    if (units.startsWith('-') || ifReadable(() => optionalBoolean(entry, 'isChange')) === true) return undefined;
    const { transaction, ...transfer } = readTransfer(callback, units, text(entry, 'address'), names);
    const { id } = transaction;
    return { ...transfer, transaction: present<Transfer['transaction']>({ id }) };
  });
}

function receiversOf(callback: Json): readonly string[] {
  const receiver = member(callback, 'receiver');
  const all = Array.isArray(receiver) ? receiver : [receiver];
  return all.filter((one): one is string => typeof one === 'string' && one !== '');
}

/** Whether a transaction of the network can pay one account only. */
function hasOneRecipient(network: string | undefined): boolean {
  return findNetwork(network ?? '')?.family === 'xrpl';
}

// `confirmed` comes after the webhook's own numConfirmations, which the body does not report.
function kindOf(state: string): Transfer['kind'] {
  if (state === 'confirmed') return 'confirmed';
  if (state === 'removed') return 'removed';
  return state === 'failed' || state === 'rejected' ? 'failed' : 'seen';
}

// `rAddress?dt=123` and `address?memoId=text`: a shared account is distinguished in the address.
function splitAddress(receiver: string): { address: string; memo: string | null } {
  const [address = '', query] = receiver.split('?', 2);
  const parameters = new URLSearchParams(query ?? '');
  return { address, memo: parameters.get('dt') ?? parameters.get('memoId') };
}
