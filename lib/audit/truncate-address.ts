import { isIP } from 'node:net';
import { IPv4, IPv6 } from 'ipaddr.js';

const IPV4_BITS = 24;
const IPV6_BITS = 48;

/** The network of an address, as an address: IPv4 cut to its /24, IPv6 to its /48. Null for what is no address. */
export function truncateAddress(address: string): string | null {
  switch (isIP(address)) {
    case 4:
      return IPv4.networkAddressFromCIDR(`${address}/${IPV4_BITS}`).toString();
    case 6:
      return IPv6.networkAddressFromCIDR(`${address.replace(/%.*$/s, '')}/${IPV6_BITS}`).toRFC5952String();
    default:
      return null;
  }
}
