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
import { present } from '../util/present.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { assetOn } from './kit/evm-reading.ts';
import type { Provider, ProviderOptions, Reading } from './kit/provider.ts';
import type { Scheme } from './kit/scheme.ts';

export { type BlockcypherWatchOptions, watchBlockcypher } from './kit/blockcypher-watch.ts';

export interface BlockcypherOptions extends ProviderOptions {
  /** CAIP-2 or a name of it: bodies do not say their chain. One instance for each of `bitcoin`, `litecoin`, `dogecoin`. */
  network: string;
}

// Nothing is signed: what protects is a secret in the callback URL, which BlockCypher leaves as it is, and TLS.
const scheme: Scheme = { algorithm: 'shared', signature: { query: 'secret' } };

/** BlockCypher address hooks. The secret is the `?secret=...` of the URL. See `docs/providers/blockcypher.md`. */
export function blockcypher(options: BlockcypherOptions): Provider {
  const network = findNetwork(options.network ?? '');
  if (network?.family !== 'bitcoin') {
    throw invalidOption('blockcypher.network', 'must be one of bitcoin, litecoin, dogecoin or their test networks');
  }
  return declareProvider(
    {
      name: 'blockcypher',
      scheme,
      read: (content) => readBlockcypher(content, network.id),
      reportsConfirmations: 'count',
      sendsRemovals: false,
      ownOptions: ['network'],
    },
    options,
  );
}

const nothing = { transfers: [], removals: [] } as const;

function readBlockcypher(transaction: Json, network: string): Reading {
  // A block, from `new-block`, has a hash too, and no outputs.
  if (member(transaction, 'outputs') === undefined) return { kind: 'unknown', ...nothing };
  const transfers = array(transaction, 'outputs').flatMap((output, index) => {
    return readOutput(output, index, transaction, network);
  });
  return { kind: 'transfers', transfers, removals: [] };
}

function readOutput(output: Json, index: number, transaction: Json, network: string): readonly Transfer[] {
  const addresses = optionalArray(output, 'addresses').map(String);
  const [to] = addresses;
  if (to === undefined) return [];
  const confirmations = optionalInteger(transaction, 'confirmations') ?? 0;
  const hash = optionalText(transaction, 'block_hash');
  const isInBlock = confirmations > 0 || hash !== undefined;
  return [
    present<Transfer>({
      kind: isInBlock ? 'confirmed' : 'seen',
      network,
      asset: assetOn(network, undefined),
      amount: { units: numberText(output, 'value') },
      from: soleSender(transaction),
      to,
      transaction: present<Transfer['transaction']>({
        id: text(transaction, 'hash'),
        position: `out:${index}`,
        block: isInBlock
          ? present<{ number?: string; hash?: string }>({ number: heightOf(transaction), hash })
          : undefined,
      }),
      confirmations,
      evidence: present<Evidence>({
        category: 'transfer',
        script: optionalText(output, 'script_type') ?? null,
        scriptAddresses: addresses.length,
        // Another transaction spends the same coins; only once a block has taken one of them is it settled.
        superseded: !isInBlock && optionalBoolean(transaction, 'double_spend') === true ? true : undefined,
      }),
    }),
  ];
}

/** -1 where it is in no block. */
function heightOf(transaction: Json): string | undefined {
  const height = optionalNumberText(transaction, 'block_height');
  return height?.startsWith('-') ? undefined : height;
}

/** The one address that all inputs come from; undefined where there are several, or none. */
function soleSender(transaction: Json): string | undefined {
  const senders = new Set(
    optionalArray(transaction, 'inputs').flatMap((input) => optionalArray(input, 'addresses').map(String)),
  );
  const [sender] = senders;
  return senders.size === 1 ? sender : undefined;
}
