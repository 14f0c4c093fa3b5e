import { LRUCache } from 'lru-cache';
import type { EvmClient } from '../chains/evm-node.ts';

/** What a token's contract says of itself: chosen by whoever wrote it, so of use to a reader and proof of nothing. */
export interface TokenFacts {
  symbol?: string;
  decimals?: number;
}

const symbolCall = '0x95d89b41';
const decimalsCall = '0x313ce567';
const longestSymbol = 32;

/** Asks each contract once. A contract that does not answer has no facts; a node that does not answer rejects. */
export function createTokenFacts(client: EvmClient): (contract: string) => Promise<TokenFacts> {
  const known = new LRUCache<string, TokenFacts>({ max: 10_000 });

  const call = async (to: string, data: string): Promise<string> => {
    try {
      const answer = await client.request({ method: 'eth_call', params: [{ to, data }, 'latest'] });
      return typeof answer === 'string' ? answer : '0x';
    } catch (error) {
      if (isRefusal(error)) return '0x';
      throw error;
    }
  };

  return async (contract) => {
    const found = known.get(contract);
    if (found) return found;
    const [symbolAnswer, decimalsAnswer] = await Promise.all([
      call(contract, symbolCall),
      call(contract, decimalsCall),
    ]);
    const symbol = readSymbol(symbolAnswer);
    const decimals = readDecimals(decimalsAnswer);
    const facts = { ...(symbol === undefined ? {} : { symbol }), ...(decimals === undefined ? {} : { decimals }) };
    known.set(contract, facts);
    return facts;
  };
}

/** ABI `string`, or the `bytes32` of tokens from before it. */
function readSymbol(answer: string): string | undefined {
  const bytes = Buffer.from(answer.slice(2), 'hex');
  if (bytes.length < 32) return undefined;
  const isString = bytes.length >= 96 && bytes.readUIntBE(28, 4) === 32;
  const length = isString ? bytes.readUIntBE(60, 4) : bytes.length;
  const text = (isString ? bytes.subarray(64, 64 + length) : bytes.subarray(0, 32))
    .toString('utf8')
    .replace(/\0+$/, '');
  return text === '' || text.length > longestSymbol || /[\p{Cc}\ufffd]/u.test(text) ? undefined : text;
}

function readDecimals(answer: string): number | undefined {
  if (!/^0x0{62}[0-9a-fA-F]{2}$/.test(answer)) return undefined;
  return Number.parseInt(answer.slice(-2), 16);
}

/** Whether the contract refused, rather than the node being away: an error that a node wrote carries an RPC code. */
function isRefusal(error: unknown): boolean {
  for (let cause = error; typeof cause === 'object' && cause !== null; cause = (cause as { cause?: unknown }).cause) {
    const { code } = cause as { code?: unknown };
    // 3 is an execution that reverted; -32000 and -32015 are what nodes answer for failed calls.
    if (code === 3 || code === -32000 || code === -32003 || code === -32015) return true;
  }
  return false;
}
