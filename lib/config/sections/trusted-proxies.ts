import { isIP } from 'node:net';
import type { ProblemReport } from '../problem-report';

/** Names of ranges that `proxy-addr` knows. */
const RANGE_NAMES = new Set(['loopback', 'linklocal', 'uniquelocal']);
const MAX_HOPS = 32;

/** Reports proxies that would not be understood, or that would trust every client (R142). */
export function checkTrustedProxies(proxies: number | readonly unknown[], report: ProblemReport): void {
  const path = 'security.trustedProxies';
  if (typeof proxies === 'number') {
    if (Number.isInteger(proxies) && proxies >= 0 && proxies <= MAX_HOPS) return;
    report.addRule(path, `must be a whole number from 0 to ${MAX_HOPS}: how many proxies a request passes`);
    return;
  }
  proxies.forEach((proxy, index) => {
    const defect = proxyDefect(proxy);
    if (defect) report.addRule(`${path}[${index}]`, defect);
  });
}

function proxyDefect(proxy: unknown): string | undefined {
  const form =
    "must be an IP address, a CIDR range such as '10.0.0.0/8', or 'loopback', 'linklocal', 'uniquelocal'";
  if (typeof proxy !== 'string') return form;
  if (RANGE_NAMES.has(proxy)) return undefined;
  if (proxy === '*') return "'*' would let every client choose its own address; name the proxies";
  const [address = '', bits, ...more] = proxy.split('/');
  const family = isIP(address);
  if (family === 0 || address.includes('%') || more.length > 0) return form;
  if (bits === undefined) return undefined;
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) return form;
  return Number(bits) === 0 ? 'a range of length 0 is every address; name the proxies' : undefined;
}
