import { coins, type Litecoind } from './litecoind.ts';

/** Scripts and transactions that no wallet makes, and that a node takes all the same. */

/** The script of an address of the node's own wallet. */
export async function scriptOf(node: Litecoind, address: string): Promise<string> {
  return (await node.rpc<{ scriptPubKey: string }>('getaddressinfo', [address])).scriptPubKey;
}

export async function publicKeyOf(node: Litecoind, address: string): Promise<string> {
  return (await node.rpc<{ pubkey: string }>('getaddressinfo', [address])).pubkey;
}

/** Bare, one key of one: whoever holds the key may spend it, and no address says so. */
export const bareMultisig = (publicKey: string): string => `5121${publicKey}51ae`;

/** To a key itself, as the first blocks paid their miners. */
export const barePublicKey = (publicKey: string): string => `21${publicKey}ac`;

/** Sends a transaction with exactly these outputs, in this order, and gives its id. */
export async function sendOutputs(
  node: Litecoind,
  outputs: readonly { script: string; amount: bigint }[],
): Promise<string> {
  // One output of the wallet's for each, of an amount of its own by which it is found and its script exchanged.
  const places: Record<string, string>[] = [];
  for (const { amount } of outputs) places.push({ [await node.rpc<string>('getnewaddress')]: coins(amount) });
  const draft = await node.rpc<string>('createrawtransaction', [[], places]);
  const { hex } = await node.rpc<{ hex: string }>('fundrawtransaction', [draft, { changePosition: outputs.length }]);
  let changed = hex;
  for (const [index, place] of places.entries()) {
    const script = await scriptOf(node, Object.keys(place)[0] ?? '');
    const wanted = outputs[index]?.script ?? '';
    changed = changed.replace(withLength(script), withLength(wanted));
  }
  const signed = await node.rpc<{ hex: string }>('signrawtransactionwithwallet', [changed]);
  return node.rpc('sendrawtransaction', [signed.hex]);
}

const withLength = (script: string): string => (script.length / 2).toString(16).padStart(2, '0') + script;
