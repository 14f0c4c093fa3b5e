import { accountOn, transactionIdOn } from '../../networks/canonical.ts';
import type { Codec } from '../../networks/network.ts';
import { networks } from '../../networks/registry.ts';

/** What a text that a person has copied may be, in the spellings in which stores hold it. */
export interface Spellings {
  addresses: readonly string[];
  transactions: readonly string[];
  /** Lower case, as it may stand in a body: with 0x and without, canonical and as typed. */
  words: readonly string[];
}

/** With 0x or without, in whatever case, in any form that a network knows. */
export function spellingsOf(typed: string): Spellings {
  const text = typed.trim();
  const bare = /^0x[0-9a-f]+$/i.test(text) ? text.slice(2) : text;
  const isHex = /^[0-9a-f]{16,}$/i.test(bare);
  const forms = [...new Set([text, ...(isHex ? [bare, `0x${bare}`, bare.toLowerCase(), bare.toUpperCase()] : [])])];
  const asked = new Set<Codec>();
  const addresses = new Set([text]);
  const transactions = new Set([text]);
  for (const network of networks) {
    // All networks of the EVM write alike.
    if (network.family === 'evm' && asked.has(network.codec)) continue;
    asked.add(network.codec);
    for (const form of forms) {
      keep(addresses, () => accountOn(network, form).address);
      keep(transactions, () => transactionIdOn(network, form));
    }
  }
  const all = [text, bare, ...addresses, ...transactions].map((one) => one.toLowerCase());
  return { addresses: [...addresses], transactions: [...transactions], words: [...new Set(all)] };
}

function keep(found: Set<string>, canonical: () => string): void {
  try {
    found.add(canonical());
  } catch {
    // It is nothing on that network.
  }
}
