import { domainToASCII } from 'node:url';
import { invalidOption } from '../errors.ts';
import { type Address, parseAddress } from '../util/address.ts';

/** Rules made ready: what ranges decide, and what needs a resolver. */
export interface CompiledSources {
  /** No rule at all: everybody is allowed. */
  any: boolean;
  includes(address: Address): boolean;
  /** Lower-case, without the final dot. */
  domains: readonly string[];
}

/** Whether an address lies in one of some ranges. */
export type InRanges = (address: Address) => boolean;

interface Range {
  from: bigint;
  to: bigint;
}

/** What Express's `trust proxy` means by its names. */
export const namedRanges: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/**
 * Compiles an allow-list: IPv4 and IPv6 addresses, CIDR ranges, domains, and `'published'`, which stands for the
 * provider's own list. A rule that is none of these throws `OPTION_INVALID`; `option` names the list in the error.
 */
export function compileSources(
  rules: readonly string[],
  published: readonly string[] = [],
  option = 'allow',
): CompiledSources {
  const ranges: string[] = [];
  const domains: string[] = [];
  for (const rule of expand(rules, published, option)) {
    const text = typeof rule === 'string' ? rule.trim() : '';
    if (looksLikeRange(text)) ranges.push(text);
    else domains.push(readDomain(text, option));
  }
  return { any: rules.length === 0, includes: compileRanges(ranges, option), domains };
}

/** Compiles addresses and CIDR ranges into sorted integer ranges, searched by halves. */
export function compileRanges(rules: readonly string[], option: string): InRanges {
  const byFamily: Record<4 | 6, Range[]> = { 4: [], 6: [] };
  for (const rule of rules) {
    const { family, range } = readRange(rule, option);
    byFamily[family].push(range);
  }
  const merged = { 4: merge(byFamily[4]), 6: merge(byFamily[6]) };
  return (address) => contains(merged[address.family], address.value);
}

function expand(rules: readonly string[], published: readonly string[], option: string): string[] {
  if (!Array.isArray(rules)) throw invalidOption(option, 'must be a list of addresses, CIDR ranges and domains');
  return rules.flatMap((rule) => {
    if (rule !== 'published') return [rule];
    if (published.length > 0) return [...published];
    throw invalidOption(option, "'published' is used, but the provider publishes no addresses; list them instead");
  });
}

/** A domain's last label has a letter and no colon or slash stands in it, so anything else is meant as a range. */
function looksLikeRange(text: string): boolean {
  return /[:/]/.test(text) || /^[\d.]+$/.test(text);
}

function readRange(rule: string, option: string): { family: 4 | 6; range: Range } {
  const bad = (): Error =>
    invalidOption(
      option,
      `"${rule}" is not an IP address or CIDR range; write for example 203.0.113.7 or 203.0.113.0/24`,
    );
  const [base = '', prefix, ...more] = rule.trim().split('/');
  const address = base.includes('%') ? undefined : parseAddress(base);
  if (address === undefined || more.length > 0) throw bad();
  const bits = address.family === 4 ? 32 : 128;
  if (prefix === undefined) return { family: address.family, range: { from: address.value, to: address.value } };
  if (!/^\d{1,3}$/.test(prefix)) throw bad();
  // An IPv4-mapped range is written with its IPv6 prefix length.
  const length = Number(prefix) - (address.family === 4 && base.includes(':') ? 96 : 0);
  if (length < 0 || length > bits) throw bad();
  const host = (1n << BigInt(bits - length)) - 1n;
  const from = address.value & ~host;
  return { family: address.family, range: { from, to: from | host } };
}

function readDomain(text: string, option: string): string {
  const name = domainToASCII(text.replace(/\.$/, '')).toLowerCase();
  const labels = name.split('.');
  const isDomain =
    labels.length > 1 &&
    name.length <= 253 &&
    labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label)) &&
    /[a-z]/.test(labels.at(-1) ?? '');
  if (isDomain) return name;
  throw invalidOption(
    option,
    `"${text}" is not an IP address, CIDR range or domain; write for example 203.0.113.0/24 or callbacks.example.com (hosts below it are included)`,
  );
}

function merge(ranges: readonly Range[]): readonly Range[] {
  const sorted = [...ranges].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const merged: Range[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && range.from <= last.to + 1n) {
      if (range.to > last.to) last.to = range.to;
    } else {
      merged.push({ ...range });
    }
  }
  return merged;
}

function contains(ranges: readonly Range[], value: bigint): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined || value < range.from) high = middle - 1;
    else if (value > range.to) low = middle + 1;
    else return true;
  }
  return false;
}
