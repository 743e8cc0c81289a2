import { isIP } from 'node:net';
import proxyAddr from 'proxy-addr';
import type { IncomingRequest } from '../context';

/** Finds the address of the client behind an incoming request; null when there is none. */
export type ClientAddress = (request: IncomingRequest) => string | null;

/**
 * A resolver for the configured proxies (R024, R142). Forwarded addresses are walked from the right and believed only
 * as far as each hop is trusted; anything in them that is no address falls back to the socket's. An IPv4 address in
 * IPv6 clothing is the IPv4 address.
 */
export function clientAddressResolver(trustedProxies: number | readonly string[]): ClientAddress {
  const trust =
    typeof trustedProxies === 'number'
      ? (_address: string, hop: number): boolean => hop < trustedProxies
      : proxyAddr.compile([...trustedProxies]);
  const trustsNobody = trustedProxies === 0 || (Array.isArray(trustedProxies) && trustedProxies.length === 0);
  return (request) => {
    const socketAddress = request.socket?.remoteAddress ?? '';
    if (trustsNobody || !request.headers['x-forwarded-for']) return plainAddress(socketAddress);
    return plainAddress(forwardedAddress(request, socketAddress, trust)) ?? plainAddress(socketAddress);
  };
}

function forwardedAddress(
  request: IncomingRequest,
  socketAddress: string,
  trust: (address: string, hop: number) => boolean,
): string {
  const header = request.headers['x-forwarded-for'];
  const listed = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',');
  let address = socketAddress;
  for (let hop = 0; hop <= listed.length; hop += 1) {
    const next = listed[listed.length - 1 - hop]?.trim();
    if (next === undefined || !isIP(plainAddress(address) ?? '') || !trust(address, hop)) break;
    if (!isIP(next)) break;
    address = next;
  }
  return address;
}

function plainAddress(address: string): string | null {
  const withoutZone = address.replace(/%.*$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(withoutZone)?.[1];
  const plain = mapped ?? withoutZone;
  return isIP(plain) ? plain : null;
}
