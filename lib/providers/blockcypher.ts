import type { Evidence, Transfer } from '../deposits/transfer.ts';
import { invalidOption } from '../errors.ts';
import {
  array,
  type Json,
  member,
  numberText,
  optionalArray,
  optionalBoolean,
  optionalInteger,
  optionalNumberText,
  optionalText,
  text,
} from '../json/json.ts';
import { findNetwork } from '../networks/registry.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, ProviderOptions, Reading, UnreadableRow } from './kit/provider.ts';
import { noDeposit } from './kit/readings.ts';
import { readingOf, readRows } from './kit/rows.ts';
import type { Scheme } from './kit/scheme.ts';

export { type BlockcypherWatchOptions, watchBlockcypher } from './kit/blockcypher-watch.ts';

/** Options of `blockcypher`. */
export interface BlockcypherOptions extends ProviderOptions {
  /** CAIP-2 or a name of it: bodies do not say their chain. One instance for each of `bitcoin`, `litecoin`, `dogecoin`. */
  network: string;
}

// Nothing is signed: what protects is a secret in the callback URL, which BlockCypher leaves as it is, and TLS.
const scheme: Scheme = { algorithm: 'shared', signature: { query: 'secret' } };

/**
 * Receives BlockCypher address hooks. The secret is the `?secret=...` of the callback URL. See
 * `docs/providers/blockcypher.md`.
 */
export function blockcypher(options: BlockcypherOptions): Provider {
  assertOptions('blockcypher', options);
  const network = findNetwork(options.network ?? '');
  if (network?.family !== 'bitcoin') {
    throw invalidOption('blockcypher.network', 'must be one of bitcoin, litecoin, dogecoin or their test networks');
  }
  return declareProvider(
    {
      name: 'blockcypher',
      scheme,
      read: (content) => readBlockcypher(content, network.id),
      events: ['unconfirmed-tx', 'tx-confirmation', 'confirmed-tx', 'double-spend-tx'],
      reportsConfirmations: 'count',
      sendsRemovals: false,
      ownOptions: ['network'],
    },
    options,
  );
}

function readBlockcypher(transaction: Json, network: string): Reading {
  // A block, from `new-block`, has a hash too, and no outputs.
  if (member(transaction, 'outputs') === undefined) return noDeposit;
  const outputs = array(transaction, 'outputs');
  const common = { id: text(transaction, 'hash'), network, from: soleSender(transaction), ...stateOf(transaction) };
  const rows = readRows(outputs, 'outputs', (output, index) => readOutput(output, index, common));
  const missing = missingOutputs(transaction, outputs.length);
  return readingOf(missing === undefined ? rows : { ...rows, unreadable: [...rows.unreadable, missing] });
}

/** A body holds 20 outputs at most, and says where the others are: ours may be among them. */
function missingOutputs(transaction: Json, shown: number): UnreadableRow | undefined {
  const count = optionalInteger(transaction, 'vout_sz') ?? shown;
  const isCut = count > shown || optionalText(transaction, 'next_outputs') !== undefined;
  if (!isCut) return undefined;
  return {
    path: `outputs.${shown}`,
    reason: `Only ${shown} of ${count} outputs are in the body; look up the transaction for the rest`,
  };
}

interface Common {
  network: string;
  id: string;
  from: string | undefined;
  confirmations: number;
  block: { number?: string; hash?: string } | undefined;
  isDoubleSpent: boolean;
}

function stateOf(transaction: Json): Pick<Common, 'confirmations' | 'block' | 'isDoubleSpent'> {
  const confirmations = optionalInteger(transaction, 'confirmations') ?? 0;
  const hash = optionalText(transaction, 'block_hash');
  const isInBlock = confirmations > 0 || hash !== undefined;
  return {
    confirmations,
    block: isInBlock ? present<{ number?: string; hash?: string }>({ number: heightOf(transaction), hash }) : undefined,
    // Another transaction spends the same coins; only once a block has taken one of them is it settled.
    isDoubleSpent: !isInBlock && optionalBoolean(transaction, 'double_spend') === true,
  };
}

function readOutput(output: Json, index: number, common: Common): readonly Transfer[] {
  const addresses = optionalArray(output, 'addresses').map((address) => text(address, ''));
  const script = text(output, 'script_type');
  const [to] = addresses;
  // Data, or a script that pays to no address.
  if (to === undefined) return [];
  const { id, network, from, confirmations, block, isDoubleSpent } = common;
  return [
    present<Transfer>({
      kind: block === undefined ? 'seen' : 'confirmed',
      network,
      asset: 'native',
      amount: { units: numberText(output, 'value') },
      from,
      to,
      transaction: present<Transfer['transaction']>({ id, position: `out:${index}`, block }),
      confirmations,
      evidence: present<Evidence>({
        category: 'transfer',
        script,
        scriptAddresses: addresses.length,
        superseded: isDoubleSpent ? true : undefined,
      }),
    }),
  ];
}

/** -1 if it is in no block. */
function heightOf(transaction: Json): string | undefined {
  const height = optionalNumberText(transaction, 'block_height');
  return height?.startsWith('-') ? undefined : height;
}

/** The one address that all inputs come from; undefined if there are several, or none. */
function soleSender(transaction: Json): string | undefined {
  const senders = new Set(
    optionalArray(transaction, 'inputs').flatMap((input) => optionalArray(input, 'addresses').map(String)),
  );
  const [sender] = senders;
  return senders.size === 1 ? sender : undefined;
}
