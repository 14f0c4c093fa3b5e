import { canonicalAddress } from '../networks/address.ts';
import { Problem } from './problem.ts';

type Fields = Record<string, unknown>;

/** The members of a JSON body; anything else is refused, and so is a member that is not `known`. */
export function readFields(body: unknown, known: readonly string[]): Fields {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('The body must be a JSON object');
  const unknown = Object.keys(body).find((key) => !known.includes(key));
  if (unknown !== undefined) throw invalid(`The body must contain ${known.join(', ')} only`);
  return body as Fields;
}

export function readText(value: unknown, name: string, longest: number): string {
  if (typeof value !== 'string' || value === '' || value.length > longest) {
    throw invalid(`${name} must be a string of 1 to ${longest} characters`);
  }
  return value;
}

/** One of the networks that this notifier reads. */
export function readNetwork(value: unknown, networks: readonly string[]): string {
  const text = readText(value, 'network', 64);
  if (!networks.includes(text))
    throw new Problem(422, 'NETWORK_NOT_WATCHED', `network must be one of ${networks.join(', ')}`);
  return text;
}

/** EIP-55; a broken checksum is refused, since an address with a typing error would be watched in vain. */
export function readAddress(value: unknown, network: string): string {
  const text = readText(value, 'address', 128);
  try {
    return canonicalAddress(network, text);
  } catch (error) {
    throw new Problem(422, 'ADDRESS_INVALID', error instanceof Error ? error.message : 'The address is invalid');
  }
}

export function readLimit(value: unknown): number {
  if (value === undefined) return 100;
  const limit = typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (limit < 1 || limit > 1_000) throw invalid('limit must be an integer from 1 to 1000');
  return limit;
}

/** What became of a callback, to list those alone. */
export function readState(value: unknown): string | undefined {
  if (value === undefined || value === 'owed' || value === 'sent' || value === 'dead') return value;
  throw invalid('state must be owed, sent or dead');
}

export function optionalQuery(value: unknown, name: string): string | undefined {
  return value === undefined ? undefined : readText(value, name, 256);
}

export function invalid(detail: string): Problem {
  return new Problem(400, 'REQUEST_INVALID', detail);
}
