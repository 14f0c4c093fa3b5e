import { LRUCache } from 'lru-cache';
import type { RpcClient } from '../../chains/kit/rpc-client.ts';
import { atMost, inTime } from '../../util/time-limit.ts';
import { trimEnd } from '../../util/trim-end.ts';

/** What a token's contract says of itself: chosen by whoever wrote it, so of use to a reader and proof of nothing. */
export interface TokenFacts {
  symbol?: string;
  decimals?: number;
}

/** What is known of assets. A block never waits for it: callbacks are decorated with it if it comes in time. */
export interface AssetFacts {
  /** Undefined while it is not known whether there are any: then the question is under way when this returns. */
  known(asset: string): TokenFacts | undefined;
  /** Told once an answer has come, with nothing if there is none. */
  onLearned(listener: (asset: string, facts: TokenFacts) => void): void;
  /** Resolves when no question is under way, after a second at the latest. */
  settled(): Promise<void>;
}

const symbolCall = '0x95d89b41';
const decimalsCall = '0x313ce567';
/** A real contract needs a few thousand; one that never ends is ended by its node after some milliseconds. */
const mostGas = '0xf4240';
const longestSymbol = 32;
const longestSymbolBytes = 4 * longestSymbol;
/** ABI `string`: where it begins, how long it is, and its bytes. */
const longestAnswer = '0x'.length + 2 * (32 + 32 + longestSymbolBytes);
/** Contracts that are asked at once; while there are so many, callbacks about others have no facts. */
const askedAtOnce = 128;
/** An answer that takes longer is none. */
const answerMs = 10_000;
const settleMs = 1_000;
/** For how long a contract is not asked again after a failure. */
const pauseMs = 60_000;

const nothing: TokenFacts = {};

/** Facts that are known from the start; there is nothing to be learned. */
export function fixedFacts(facts: ReadonlyMap<string, TokenFacts>): AssetFacts {
  return { known: (asset) => facts.get(asset) ?? nothing, onLearned() {}, settled: async () => {} };
}

/** Asks the contract of each asset that begins with `prefix` once; one that could not be asked, again after a minute. */
export function contractFacts(client: RpcClient, prefix: string): AssetFacts {
  const found = new LRUCache<string, TokenFacts>({ max: 10_000 });
  const asking = new Map<string, Promise<void>>();
  let learned: (asset: string, facts: TokenFacts) => void = () => {};

  async function ask(asset: string): Promise<void> {
    const contract = asset.slice(prefix.length);
    let facts = nothing;
    let ttl: number | undefined;
    try {
      const calls = Promise.all([call(client, contract, symbolCall), call(client, contract, decimalsCall)]);
      facts = factsFrom(...(await inTime(answerMs, calls, 'The node')));
    } catch {
      ttl = pauseMs;
    }
    found.set(asset, facts, ttl === undefined ? {} : { ttl });
    asking.delete(asset);
    learned(asset, facts);
  }

  return {
    known(asset) {
      if (!asset.startsWith(prefix)) return nothing;
      const facts = found.get(asset);
      if (facts !== undefined || asking.has(asset)) return facts;
      if (asking.size >= askedAtOnce) return nothing;
      asking.set(asset, ask(asset));
      return undefined;
    },
    onLearned(listener) {
      learned = listener;
    },
    async settled() {
      await atMost(settleMs, Promise.all(asking.values()));
    },
  };
}

/** A call that the contract refused is `0x`; rejects if the node gave no answer. */
async function call(client: RpcClient, to: string, data: string): Promise<string> {
  try {
    const answer = await client.request({ method: 'eth_call', params: [{ to, data, gas: mostGas }, 'latest'] });
    return typeof answer === 'string' ? answer : '0x';
  } catch (error) {
    if (isRefusal(error)) return '0x';
    throw error;
  }
}

function factsFrom(symbolAnswer: string, decimalsAnswer: string): TokenFacts {
  const symbol = readSymbol(symbolAnswer);
  const decimals = readDecimals(decimalsAnswer);
  return { ...(symbol === undefined ? {} : { symbol }), ...(decimals === undefined ? {} : { decimals }) };
}

/** ABI `string`, or the `bytes32` of tokens from before it. */
function readSymbol(answer: string): string | undefined {
  const bytes = Buffer.from(answer.slice(2, longestAnswer), 'hex');
  if (bytes.length < 32) return undefined;
  const isString = bytes.length >= 96 && bytes.readUIntBE(28, 4) === 32;
  const length = isString ? bytes.readUIntBE(60, 4) : 32;
  if (length > longestSymbolBytes) return undefined;
  const start = isString ? 64 : 0;
  const text = trimEnd(bytes.toString('utf8', start, Math.min(bytes.length, start + length)), '\0');
  return text === '' || text.length > longestSymbol || unseen.test(text) ? undefined : text;
}

/** Control and format characters, line separators, and what was no UTF-8. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]/u;

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
