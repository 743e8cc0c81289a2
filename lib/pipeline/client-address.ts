import { isIP } from 'node:net';
import { IPv6 } from 'ipaddr.js';
import proxyAddr from 'proxy-addr';
import type { IncomingRequest } from '../context';

/** How an IPv4-mapped address begins, however it is spelt (RFC 4291 section 2.5.5.2). */
const MAYBE_MAPPED = /^[0:]*:ffff:/i;

/** An address with a port behind it, as some gateways write it; IPv6 in brackets (RFC 3986 section 3.2.2). */
const WITH_PORT = /^(?:\[([^\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/;

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
    return plainAddress(forwardedAddress(request, socketAddress, trust));
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
    const entry = listed[listed.length - 1 - hop]?.trim();
    if (entry === undefined || !isIP(plainAddress(address) ?? '') || !trust(address, hop)) break;
    const next = withoutPort(entry);
    if (!isIP(next)) break;
    address = next;
  }
  return address;
}

/** A client chooses its port, so that is no part of who it is. */
function withoutPort(entry: string): string {
  const [, bracketed, dotted] = WITH_PORT.exec(entry) ?? [];
  return bracketed ?? dotted ?? entry;
}

function plainAddress(address: string): string | null {
  const withoutZone = address.replace(/%.*$/, '');
  if (isIP(withoutZone) === 0) return null;
  if (!MAYBE_MAPPED.test(withoutZone)) return withoutZone;
  const parsed = IPv6.parse(withoutZone);
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address().toString() : withoutZone;
}
