import { canonicalAccount } from '../../networks/address.ts';
import type { CanonicalAccount } from '../../networks/network.ts';
import { requireNetwork } from '../../networks/registry.ts';
import { defaultOverlapMs, longestOverlapMs, type SigningAlgorithm } from '../store/rotation.ts';
import type { WatchPlace } from '../store/watch-list.ts';
import { Problem } from './problem.ts';

type Fields = Record<string, unknown>;

/** The members of a JSON body; anything else is refused, and so is a member that is not `known`. */
export function readFields(body: unknown, known: readonly string[]): Fields {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('The body must be a JSON object');
  const unknown = Object.keys(body).find((key) => !known.includes(key));
  if (unknown !== undefined) throw invalid(`The body must contain ${known.join(', ')} only`);
  return body as Fields;
}

/** What PostgreSQL has no text for. */
const unstorable = /[\0\p{Cs}]/u;

export function readText(value: unknown, name: string, longest: number): string {
  if (typeof value !== 'string' || value === '' || value.length > longest) {
    throw invalid(`${name} must be a string of 1 to ${longest} characters`);
  }
  if (unstorable.test(value)) throw invalid(`${name} must not contain NUL or half of a surrogate pair`);
  return value;
}

/** One of the networks that this notifier reads. */
export function readNetwork(value: unknown, networks: readonly string[]): string {
  const text = readText(value, 'network', 64);
  if (!networks.includes(text))
    throw new Problem(422, 'NETWORK_NOT_WATCHED', `network must be one of ${networks.join(', ')}`);
  return text;
}

/**
 * An account in canonical form, with its memo, wherever that stood. A broken checksum is refused, since an address with a typing error
 * would be watched in vain.
 */
export function readAccount(network: string, address: unknown, memo?: unknown): CanonicalAccount {
  const text = readText(address, 'address', 128);
  const apart = memo === undefined || memo === null ? undefined : readText(memo, 'memo', 256);
  if (apart !== undefined && !requireNetwork(network).hasMemos) {
    throw new Problem(422, 'ADDRESS_INVALID', `memo must not be set: accounts of ${network} have none`);
  }
  try {
    return canonicalAccount(network, text, apart);
  } catch (error) {
    throw new Problem(422, 'ADDRESS_INVALID', error instanceof Error ? error.message : 'The address is invalid');
  }
}

/** `next` of the page before: network, address and memo. */
export function readPlace(value: unknown): WatchPlace | undefined {
  const text = optionalText(value, 'after', 1_024);
  if (text === undefined) return undefined;
  const [network = '', address = '', memo = ''] = text.split('/');
  try {
    const decoded = decodeURIComponent(memo);
    if (!unstorable.test(decoded)) return { network, address, memo: decoded };
  } catch {
    // No page ends with that.
  }
  throw invalid('after must be next of the page before');
}

/** The text that `readPlace` reads. */
export function placeText({ network, address, memo }: WatchPlace): string {
  return memo === undefined ? `${network}/${address}` : `${network}/${address}/${encodeURIComponent(memo)}`;
}

export function readLimit(value: unknown): number {
  if (value === undefined) return 100;
  const limit = typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (limit < 1 || limit > 1_000) throw invalid('limit must be an integer from 1 to 1000');
  return limit;
}

/** Where a backfill is to begin: a block, or a time in epoch ms. */
export function readFrom({ fromBlock, from }: Fields): { block: bigint } | { time: number } | undefined {
  if (fromBlock !== undefined && from !== undefined) throw invalid('Set fromBlock or from, not both');
  if (fromBlock !== undefined) {
    if (typeof fromBlock === 'string' && /^\d{1,15}$/.test(fromBlock)) return { block: BigInt(fromBlock) };
    throw invalid('fromBlock must be a block number, as a string of up to 15 digits');
  }
  if (from === undefined) return undefined;
  if (typeof from === 'number' && Number.isSafeInteger(from) && from >= 0) return { time: from };
  throw invalid('from must be a time in epoch milliseconds');
}

/** How a signing secret is rotated, of an optional body. */
export function readSecretRotation(body: unknown): { overlapMs: number; algorithm: SigningAlgorithm } {
  const { algorithm = 'hmac', ...rest } = readFields(body ?? {}, ['overlapMs', 'algorithm']);
  if (algorithm !== 'hmac' && algorithm !== 'ed25519') throw invalid('algorithm must be hmac or ed25519');
  return { overlapMs: readOverlap(rest), algorithm };
}

/** For how long what is rotated stays in force, of an optional body. */
export function readOverlap(body: unknown): number {
  const { overlapMs = defaultOverlapMs } = readFields(body ?? {}, ['overlapMs']);
  if (Number.isSafeInteger(overlapMs) && Number(overlapMs) >= 0 && Number(overlapMs) <= longestOverlapMs) {
    return Number(overlapMs);
  }
  throw invalid(`overlapMs must be an integer from 0 to ${longestOverlapMs}`);
}

/** A time that is to come, epoch ms; `null` for none. */
export function readExpiry(value: unknown, now: number): number | null | undefined {
  if (value === undefined || value === null) return value;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw invalid('expiresAt must be null, or a time in epoch milliseconds');
  }
  if (value <= now) throw new Problem(422, 'EXPIRES_AT_PAST', 'expiresAt must be a time that is to come');
  return value;
}

/** What became of a callback, to list those alone. */
export function readState(value: unknown): string | undefined {
  if (value === undefined || value === 'owed' || value === 'sent' || value === 'dead') return value;
  throw invalid('state must be owed, sent or dead');
}

/** As `readText`; undefined if it is absent. */
export function optionalText(value: unknown, name: string, longest = 256): string | undefined {
  return value === undefined ? undefined : readText(value, name, longest);
}

export function invalid(detail: string): Problem {
  return new Problem(400, 'REQUEST_INVALID', detail);
}
