import { isIP } from 'node:net';
import { IPv6, parse } from 'ipaddr.js';

/** The network of a client whose address is absent or is none. All of them share it. */
export const UNKNOWN_NETWORK = 'unknown';

const IPV6_PREFIX_BITS = 64;

/**
 * The network that limits and known clients go by, in one form for all spellings of an address (R024): an IPv4 address
 * whole, an IPv4-mapped IPv6 address as the IPv4 address, any other IPv6 address cut to its /64, of which one
 * subscriber has at least one to choose addresses from. At most 22 characters. Anything else is UNKNOWN_NETWORK.
 */
export function networkBucket(address: string | null | undefined): string {
  const plain = address?.replace(/%.*$/s, '') ?? '';
  // Stricter than ipaddr.js, to which '1' and '0x7f.1' are addresses.
  if (isIP(plain) === 0) return UNKNOWN_NETWORK;
  const parsed = parse(plain);
  if (!(parsed instanceof IPv6)) return parsed.toString();
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  const prefix = IPv6.networkAddressFromCIDR(`${plain}/${IPV6_PREFIX_BITS}`);
  return `${prefix.toRFC5952String()}/${IPV6_PREFIX_BITS}`;
}
