import fc from 'fast-check';
import { isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import { clientAddressResolver } from './client-address';

function request(forwarded: string | undefined, remoteAddress = '10.0.0.1') {
  return { headers: { 'x-forwarded-for': forwarded }, socket: { remoteAddress } };
}

describe('clientAddressResolver', () => {
  it('believes no header without a trusted proxy (R142)', () => {
    for (const none of [0, []] as const) {
      expect(clientAddressResolver(none)(request('1.2.3.4'))).toBe('10.0.0.1');
    }
  });

  it('walks from the right, as far as it trusts (R024)', () => {
    expect(clientAddressResolver(1)(request('6.6.6.6, 1.2.3.4'))).toBe('1.2.3.4');
    expect(clientAddressResolver(2)(request('6.6.6.6, 1.2.3.4, 10.0.0.2'))).toBe('1.2.3.4');
    expect(clientAddressResolver(['10.0.0.0/8'])(request('6.6.6.6, 1.2.3.4, 10.0.0.2'))).toBe('1.2.3.4');
    expect(clientAddressResolver(['10.0.0.0/8'])(request('1.2.3.4', '9.9.9.9'))).toBe('9.9.9.9');
  });

  it('falls back to the last address that is one', () => {
    expect(clientAddressResolver(1)(request('not an address'))).toBe('10.0.0.1');
    expect(clientAddressResolver(2)(request('garbage, 1.2.3.4'))).toBe('1.2.3.4');
    expect(clientAddressResolver(1)(request(''))).toBe('10.0.0.1');
  });

  it('has one form for one address', () => {
    const resolve = clientAddressResolver(0);
    expect(resolve(request(undefined, '::ffff:1.2.3.4'))).toBe('1.2.3.4');
    expect(resolve(request(undefined, 'fe80::1%eth0'))).toBe('fe80::1');
    expect(resolve({ headers: {}, socket: {} })).toBeNull();
  });

  it('gives an address or null, whatever the header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat({ max: 4 }), (header, hops) => {
        const address = clientAddressResolver(hops)(request(header));
        expect(address === null || isIP(address) > 0).toBe(true);
      }),
    );
  });
});
