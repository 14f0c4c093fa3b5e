import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** An IP address in canonical form: RFC 5952 text, an IPv4-mapped IPv6 address as IPv4, without a zone. */
export interface Address {
  text: string;
  family: 4 | 6;
  value: bigint;
}

/** The address that the text stands for; undefined where it is none. Octal, hexadecimal and short forms are none. */
export function parseAddress(text: string): Address | undefined {
  const plain = text.split('%', 1)[0] ?? '';
  // net.isIP is strict where ipaddr.js takes what inet_aton takes.
  const family = isIP(plain);
  if (family === 0) return undefined;
  const parsed = ipaddr.process(plain);
  return {
    text: parsed.toString(),
    family: parsed.kind() === 'ipv4' ? 4 : 6,
    value: toInteger(parsed.toByteArray()),
  };
}

function toInteger(bytes: readonly number[]): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}
