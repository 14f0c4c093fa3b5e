import { type Json, optionalArray, optionalText, text } from '../../../json/json.ts';
import type { TronTransfer } from './transfers.ts';

/** `keccak256('Transfer(address,address,uint256)')`, as a node writes it. */
const transferTopic = 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
// Early contracts kept the 41 that begins an address of TRON.
const addressTopic = /^(?:0{24}|0{22}41)([0-9a-f]{40})$/;
const word = /^[0-9a-f]{64}$/;
const contractHex = /^(?:41)?([0-9a-f]{40})$/;

/**
 * The TRC-20 transfer that a log reports; undefined for any other. The token is the contract that emitted it, never what it calls
 * itself. Both addresses must be indexed and the amount alone in the data: a TRC-721 has four topics.
 */
export function tokenTransfer(log: Json, index: number): TronTransfer | undefined {
  const [topic, fromTopic, toTopic, ...more] = optionalArray(log, 'topics').map((one) => text(one, '').toLowerCase());
  const data = optionalText(log, 'data')?.toLowerCase() ?? '';
  if (topic !== transferTopic || more.length > 0 || !word.test(data)) return undefined;
  const from = addressTopic.exec(fromTopic ?? '')?.[1];
  const to = addressTopic.exec(toTopic ?? '')?.[1];
  if (from === undefined || to === undefined) return undefined;
  // 20 bytes, while other addresses of the same answer have 21.
  const contract = contractHex.exec(text(log, 'address').toLowerCase())?.[1];
  if (contract === undefined) throw new TypeError('A log has no contract');
  const amount = BigInt(`0x${data}`);
  return { token: `41${contract}`, from: `41${from}`, to: `41${to}`, amount, position: `log:${index}` };
}
