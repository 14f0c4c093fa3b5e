import { LRUCache } from 'lru-cache';
import type { RpcClient } from '../../chains/kit/rpc-client.ts';
import type { Logger } from '../../observe/logger.ts';
import { atMost, inTime } from '../../util/time-limit.ts';
import { trimEnd } from '../../util/trim-end.ts';

/** What a token's contract says of itself: chosen by whoever wrote it, so of use to a reader and proof of nothing. */
export interface TokenFacts {
  symbol?: string;
  decimals?: number;
}

/**
 * Facts of those contracts of which they are known. Never rejects, and waits only so long: a callback goes out without them
 * rather than late.
 */
export type FindTokenFacts = (contracts: readonly string[]) => Promise<ReadonlyMap<string, TokenFacts>>;

export interface TokenFactsSettings {
  logger?: Logger;
  /** For how long one call waits. Default 1000 ms. */
  waitMs?: number;
}

const symbolCall = '0x95d89b41';
const decimalsCall = '0x313ce567';
const longestSymbol = 32;
const longestSymbolBytes = 4 * longestSymbol;
/** ABI `string`: where it begins, how long it is, and its bytes. */
const longestAnswer = '0x'.length + 2 * (32 + 32 + longestSymbolBytes);
/** Contracts that are asked at once; a block with more of them has callbacks without facts. */
const askedAtOnce = 128;
/** An answer that takes longer is none. */
const answerMs = 10_000;
/** For how long a contract is not asked again after a failure, and nothing is waited for after an answer that was late. */
const pauseMs = 60_000;

const nothing: TokenFacts = {};

/** Asks each contract once; one that could not be asked, again after a minute. */
export function createTokenFacts(client: RpcClient, settings: TokenFactsSettings = {}): FindTokenFacts {
  const { logger, waitMs = 1_000 } = settings;
  const known = new LRUCache<string, TokenFacts>({ max: 10_000 });
  const asking = new Map<string, Promise<void>>();
  let impatientUntil = 0;

  async function ask(contract: string): Promise<void> {
    try {
      const calls = Promise.all([call(client, contract, symbolCall), call(client, contract, decimalsCall)]);
      known.set(contract, factsFrom(...(await inTime(answerMs, calls, 'The node'))));
    } catch {
      known.set(contract, nothing, { ttl: pauseMs });
    }
  }

  function begin(contracts: readonly string[]): void {
    const free = Math.max(0, askedAtOnce - asking.size);
    for (const contract of contracts.filter((one) => !known.has(one) && !asking.has(one)).slice(0, free)) {
      asking.set(
        contract,
        ask(contract).finally(() => asking.delete(contract)),
      );
    }
  }

  return async (contracts) => {
    begin(contracts);
    const awaited = contracts.flatMap((one) => asking.get(one) ?? []);
    // Anybody can send a token whose contract takes its time: it must not hold up one block after another.
    const isPatient = performance.now() >= impatientUntil;
    if (awaited.length > 0 && isPatient && !(await atMost(waitMs, Promise.all(awaited)))) {
      impatientUntil = performance.now() + pauseMs;
      logger?.warn({ waitMs }, 'Token contracts answer late: callbacks go out without symbol and decimals');
    }
    return new Map(contracts.flatMap((one) => pairOf(one, known.get(one))));
  };
}

function pairOf(contract: string, facts: TokenFacts | undefined): [string, TokenFacts][] {
  return facts === undefined ? [] : [[contract, facts]];
}

/** A call that the contract refused is `0x`; rejects if the node gave no answer. */
async function call(client: RpcClient, to: string, data: string): Promise<string> {
  try {
    const answer = await client.request({ method: 'eth_call', params: [{ to, data }, 'latest'] });
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
