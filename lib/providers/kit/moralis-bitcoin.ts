import type { Transfer } from '../../deposits/transfer.ts';
import {
  array,
  boolean,
  integer,
  type Json,
  numberText,
  optionalArray,
  optionalNumberText,
  optionalText,
  text,
} from '../../json/json.ts';
import { present } from '../../util/present.ts';
import type { Reading } from './provider.ts';
import { readingOf, readRows } from './rows.ts';

interface Common {
  kind: 'seen' | 'mined' | 'confirmed';
  network: string;
  block?: { number?: string; hash?: string };
}

/**
 * The outputs of the transactions of a Bitcoin block, or of the mempool. Amounts are JSON numbers in whole coins, read as their
 * text. https://docs.moralis.com/streams/webhooks/webhook-payloads (read 2026-11-29)
 */
export function readMoralisBitcoin(callback: Json, network: string): Reading {
  const common = commonOf(callback, network);
  return readingOf(
    readRows(array(callback, 'txs'), 'txs', (transaction) =>
      readRows(array(transaction, 'vout'), 'vout', (output) => readOutput(output, transaction, common)),
    ),
  );
}

function commonOf(callback: Json, network: string): Common {
  const hash = text(callback, 'block.hash');
  // Not yet in a block: the hash is this word, and the height 0.
  if (hash === 'mempool') return { kind: 'seen', network };
  return {
    kind: boolean(callback, 'confirmed') ? 'confirmed' : 'mined',
    network,
    block: present<{ number?: string; hash?: string }>({ number: optionalNumberText(callback, 'block.height'), hash }),
  };
}

function readOutput(output: Json, transaction: Json, { kind, network, block }: Common): readonly Transfer[] {
  const script = text(output, 'scriptPubKey.type');
  const to = optionalText(output, 'scriptPubKey.address');
  // Data, or a script that pays to no one address.
  if (to === undefined) return [];
  return [
    present<Transfer>({
      kind,
      network,
      asset: 'native',
      amount: { decimal: numberText(output, 'value') },
      from: senderOf(transaction),
      to,
      transaction: present<Transfer['transaction']>({
        id: text(transaction, 'txid'),
        position: `out:${integer(output, 'n')}`,
        block,
      }),
      evidence: { category: 'transfer', script },
    }),
  ];
}

/** Inputs have their addresses in the mempool only. */
function senderOf(transaction: Json): string | undefined {
  const inputs = optionalArray(transaction, 'vin');
  const senders = new Set(inputs.map((input) => optionalText(input, 'address')));
  const [sender] = senders;
  return senders.size === 1 ? sender : undefined;
}
