import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';

/** An IP address in canonical form: RFC 5952 text, an IPv4-mapped IPv6 address as IPv4, without a zone. */
export interface Address {
  text: string;
  family: 4 | 6;
  value: bigint;
}

// Senders are few, and each request asks for the same one several times: 0.2 us instead of 2.
const parsed = new LRUCache<string, Address>({ max: 4_096 });

/** The address that the text stands for; undefined if it is not one. Octal, hexadecimal and short forms are none. */
export function parseAddress(text: string): Address | undefined {
  // No address is as long, with its zone; so nobody fills the memory with headers.
  if (text.length > 64) return undefined;
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const address = parse(text);
  if (address !== undefined) parsed.set(text, address);
  return address;
}

function parse(text: string): Address | undefined {
  const plain = text.split('%', 1)[0] ?? '';
  // net.isIP is strict where ipaddr.js takes what inet_aton takes.
  const family = isIP(plain);
  if (family === 0) return undefined;
  const found = ipaddr.process(plain);
  return {
    text: found.toString(),
    family: found.kind() === 'ipv4' ? 4 : 6,
    value: toInteger(found.toByteArray()),
  };
}

function toInteger(bytes: readonly number[]): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

/** The network that an address is of, as text: what one party usually holds, a /24 of IPv4 or a /48 of IPv6. */
export function addressRange(text: string): string {
  const address = parseAddress(text);
  if (address === undefined) return '';
  const { family, value } = address;
  const host = family === 4 ? 8n : 80n;
  const bytes = ipaddr.fromByteArray(toBytes((value >> host) << host, family === 4 ? 4 : 16));
  return `${bytes.toString()}/${family === 4 ? 24 : 48}`;
}

function toBytes(value: bigint, count: number): number[] {
  return Array.from({ length: count }, (_, index) => Number((value >> BigInt(8 * (count - 1 - index))) & 0xffn));
}
