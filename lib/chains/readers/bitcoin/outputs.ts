import { unitsFrom } from '../../../deposits/amount.ts';
import {
  array,
  integer,
  type Json,
  member,
  numberText,
  optionalArray,
  optionalText,
  text,
} from '../../../json/json.ts';
import { addressOn } from '../../../networks/canonical.ts';
import type { Network } from '../../../networks/network.ts';
import type { ChainRow } from '../../kit/chain-check.ts';

/** A transaction as `getrawtransaction` and `getblock` write it. */
export interface BitcoinTransaction {
  id: string;
  /** Undefined in the mempool, and inside a block. */
  blockHash: string | undefined;
  kind: 'coinbase' | 'pegout' | 'payment';
  rows: readonly ChainRow[];
}

// Older nodes, and bcoin, name the holders of the keys of such scripts, each of whom, or all together, would have to sign, or
// the address that the script itself would have: it is no payment to any of them.
const withoutAddress = new Set(['multisig', 'pubkey']);

/** Reads a transaction of a block or of the mempool. Throws `BODY_UNREADABLE`. */
export function readTransaction(json: Json, network: Network): BitcoinTransaction {
  const outputs = array(json, 'vout').filter((output) => member(output, 'ismweb') !== true);
  return {
    id: text(json, 'txid').toLowerCase(),
    blockHash: optionalText(json, 'blockhash')?.toLowerCase(),
    kind: kindOf(json, outputs),
    rows: outputs.flatMap((output) => readOutput(output, network) ?? []),
  };
}

function kindOf(json: Json, outputs: readonly Json[]): BitcoinTransaction['kind'] {
  const [input] = array(json, 'vin');
  if (member(input, 'coinbase') !== undefined) return 'coinbase';
  // Litecoin: the last transaction of a block carries the balance of the extension blocks, and pays out what leaves them.
  return member(outputs[0], 'scriptPubKey', 'type') === 'witness_mweb_hogaddr' ? 'pegout' : 'payment';
}

/** The payment that an output is; undefined if it pays to no single address. */
function readOutput(output: Json, network: Network): ChainRow | undefined {
  const { asset, decimals } = network.native;
  const amount = unitsFrom({ decimal: numberText(output, 'value') }, decimals);
  const to = addressOf(output, network);
  return to === undefined ? undefined : { asset, to, amount, position: `out:${integer(output, 'n')}` };
}

function addressOf(output: Json, network: Network): string | undefined {
  // In capitals in bcoin.
  const type = optionalText(output, 'scriptPubKey.type')?.toLowerCase();
  if (type !== undefined && withoutAddress.has(type)) return undefined;
  // One `address` since Bitcoin Core 22; a list before, and in Dogecoin Core.
  const listed = optionalArray(output, 'scriptPubKey.addresses');
  const written = optionalText(output, 'scriptPubKey.address') ?? (listed.length === 1 ? listed[0] : undefined);
  if (typeof written !== 'string') return undefined;
  try {
    return addressOn(network, written);
  } catch {
    // A form that no account of a customer can have, since each of them was read by the same codec.
    return undefined;
  }
}
