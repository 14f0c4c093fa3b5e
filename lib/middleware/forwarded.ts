import type { IncomingHttpHeaders } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { invalidOption } from '../errors.ts';
import { type Address, parseAddress } from '../util/address.ts';
import { compileRanges, type InRanges, namedRanges } from './address-rules.ts';
import type { CallbackRequest } from './request-state.ts';

/**
 * Which proxies are believed, as in Express: how many in front of the service, or their addresses, as IP, CIDR or
 * `loopback`, `linklocal`, `uniquelocal` (a list, or one text with commas). `false`: none, whatever the app says.
 * `true` believes everybody; it is refused beside IP rules.
 */
export type TrustProxy = boolean | number | string | readonly string[];

/** Whether the address at `hop` (0 is the peer of the socket) may speak for the one before it. */
export type Trust = (address: string, hop: number) => boolean;

/** Who sent the request, as far as the proxies are believed. */
export interface Sender {
  peer: Address;
  /** Undefined if a trusted proxy named something that is not an address. */
  address: Address | undefined;
  /** Whether the peer is believed as a proxy. */
  peerTrusted: boolean;
  /** Whether any forwarding header is there, believed or not. */
  forwarded: boolean;
  /** Set when an untrusted sender with a private address forwards for somebody else. */
  unknownProxy: boolean;
  encrypted: boolean;
  /** What a believed peer says of the way before it; undefined if it says nothing. */
  protocol: string | undefined;
}

const forwardingHeaders = [
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'forwarded',
  'x-real-ip',
] as const;

export const isLoopback: InRanges = compiledLate(() => namedRanges.loopback ?? [], 'loopback');
/** Loopback, private, link-local, and the shared range of carriers and overlays (RFC 6598). */
export const isLocal: InRanges = compiledLate(() => [...Object.values(namedRanges).flat(), '100.64.0.0/10'], 'local');

// Not at the load: the first IPv6 address makes Node and ipaddr.js compile their patterns, a tenth of the whole start-up.
function compiledLate(rules: () => readonly string[], name: string): InRanges {
  let includes: InRanges | undefined;
  return (address) => {
    includes ??= compileRanges(rules(), name);
    return includes(address);
  };
}

/** Compiles the option; undefined if it is not given, so that the app's setting counts. */
export function compileTrust(trustProxy: TrustProxy | undefined): Trust | undefined {
  if (trustProxy === undefined) return undefined;
  if (typeof trustProxy === 'boolean') return () => trustProxy;
  if (typeof trustProxy === 'number') {
    if (!Number.isInteger(trustProxy) || trustProxy < 0 || trustProxy > 32) {
      throw invalidOption('trustProxy', `must be an integer from 0 to 32, the number of proxies; got ${trustProxy}`);
    }
    return (_, hop) => hop < trustProxy;
  }
  const names = typeof trustProxy === 'string' ? trustProxy.split(',') : [...trustProxy];
  const rules = names.map((name) => String(name).trim()).flatMap((name) => namedRanges[name] ?? [name]);
  const includes = compileRanges(rules, 'trustProxy');
  return (text) => {
    const address = parseAddress(text);
    return address !== undefined && includes(address);
  };
}

/** One address in each 1/256 of IPv4, and in each 1/32 of the public part of IPv6. */
const strangers = {
  4: Array.from({ length: 256 }, (_, first) => `${first}.253.251.241`),
  6: Array.from({ length: 32 }, (_, first) => `${(0x20fd + first * 0x100).toString(16)}:fbf1::1`),
};

/**
 * Whether an eighth of all addresses is believed, which no list of proxies comes near: then `X-Forwarded-For` is whatever
 * the sender writes, and IP rules guard nothing. It is tried, since a function may decide.
 */
export function trustsEverybody(trust: Trust): boolean {
  return [strangers[4], strangers[6]].some(
    (addresses) => addresses.filter((address) => trust(address, 64)).length >= addresses.length / 8,
  );
}

/** The app's compiled `trust proxy`, if the request came through Express. */
export function appTrust(req: CallbackRequest): Trust | undefined {
  const app = req.app as { get?: (name: string) => unknown } | undefined;
  if (typeof app?.get !== 'function') return undefined;
  const trust = app.get('trust proxy fn');
  return typeof trust === 'function' ? (trust as Trust) : undefined;
}

/** Walks from the socket's peer to the first address that is not believed. A Unix socket counts as loopback. */
export function findSender(req: CallbackRequest, trust: Trust): Sender | undefined {
  const { socket, headers } = req;
  const peer = parseAddress(socket.remoteAddress ?? (socket.destroyed ? '' : '127.0.0.1'));
  if (peer === undefined) return undefined;
  const forwarded = forwardingHeaders.some((name) => headers[name] !== undefined);
  const encrypted = (socket as TLSSocket).encrypted === true;
  const peerTrusted = forwarded && trust(peer.text, 0);
  if (!peerTrusted) {
    const unknownProxy = forwarded && isLocal(peer);
    return { peer, address: peer, peerTrusted, forwarded, unknownProxy, encrypted, protocol: undefined };
  }
  const { address, unknownProxy } = walk(peer, headers, trust);
  const protocol = firstOf(headers, 'x-forwarded-proto');
  return { peer, address, peerTrusted, forwarded, unknownProxy, encrypted, protocol };
}

function walk(peer: Address, headers: IncomingHttpHeaders, trust: Trust): Pick<Sender, 'address' | 'unknownProxy'> {
  let rest = joined(headers, 'x-forwarded-for');
  let address = peer;
  for (let hop = 0; rest !== ''; hop += 1) {
    if (!trust(address.text, hop)) return { address, unknownProxy: isLocal(address) };
    const comma = rest.lastIndexOf(',');
    const next = parseForwarded(rest.slice(comma + 1).trim());
    if (next === undefined) return { address: undefined, unknownProxy: false };
    address = next;
    rest = rest.slice(0, Math.max(comma, 0)).trim();
  }
  return { address, unknownProxy: false };
}

/** Some proxies add the port: `203.0.113.7:4711`, `[2001:db8::1]:4711`. */
function parseForwarded(text: string): Address | undefined {
  const bare = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text) ?? /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/.exec(text);
  return parseAddress(bare?.[1] ?? text);
}

function firstOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  if (headers[name] === undefined) return undefined;
  return joined(headers, name).split(',', 1)[0]?.trim().toLowerCase();
}

function joined(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? value.join(',') : (value ?? '')).trim();
}
