import ipaddr from 'ipaddr.js';

/**
 * Whether an address is on the public internet. Loopback, private, link-local, carrier-grade NAT, multicast and
 * reserved ranges are not; nor are IPv6 forms that carry such an IPv4 address inside (mapped, NAT64, 6to4, Teredo).
 * Text that is not an address is not.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.kind() === 'ipv4') return isPublicV4(address as ipaddr.IPv4);
  const v6 = address as ipaddr.IPv6;
  const inner = embeddedV4(v6);
  if (inner) return isPublicV4(inner);
  // 2000::/3 is all that is given out; what ipaddr.js calls unicast is more.
  return v6.range() === 'unicast' && v6.match(globalUnicast, 3);
}

const globalUnicast = ipaddr.IPv6.parse('2000::');

function isPublicV4(address: ipaddr.IPv4): boolean {
  return address.range() === 'unicast';
}

function embeddedV4(address: ipaddr.IPv6): ipaddr.IPv4 | undefined {
  const bytes = address.toByteArray();
  switch (address.range()) {
    // 64:ff9b::/96 (RFC 6052); ::ffff:0:a.b.c.d (RFC 6145).
    case 'rfc6052':
    case 'rfc6145':
      return new ipaddr.IPv4(bytes.slice(12));
    // 2002:a.b.c.d::/16.
    case '6to4':
      return new ipaddr.IPv4(bytes.slice(2, 6));
    default:
      return undefined;
  }
}
