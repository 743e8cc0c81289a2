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

  it.each([
    ['1.2.3.4:5678', '1.2.3.4'],
    ['1.2.3.4:0', '1.2.3.4'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[::ffff:1.2.3.4]:443', '1.2.3.4'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:db8::1:443', '2001:db8::1:443'],
  ])('takes the port off %s', (entry, address) => {
    expect(clientAddressResolver(1)(request(entry))).toBe(address);
    expect(clientAddressResolver(2)(request(`6.6.6.6:1, ${entry}, 10.0.0.2:80`))).toBe(address);
  });

  it.each([
    ...['1.2.3.4:', '1.2.3.4:x', '1.2.3.4:-1', '1.2.3.4:123456', '1.2.3.4:80:80', '1.2.3:80', '999.2.3.4:80'],
    ...['[2001:db8::1', '2001:db8::1]:443', '[2001:db8::1]443', '[2001:db8::1]:', '[]:443', '[[::1]]:1'],
    ...['[not an address]:1', '[1.2.3.4:5]:6', ':80', `${'1'.repeat(50_000)}:80`, `${'['.repeat(50_000)}:80`],
  ])('takes %.30s for no address', (entry) => {
    expect(clientAddressResolver(1)(request(entry))).toBe('10.0.0.1');
  });

  it('has one form for one address', () => {
    const resolve = clientAddressResolver(0);
    for (const mapped of [
      '::ffff:1.2.3.4',
      '::FFFF:102:304',
      '0:0:0:0:0:ffff:1.2.3.4',
      '0::ffff:0102:0304%1',
    ]) {
      expect(resolve(request(undefined, mapped))).toBe('1.2.3.4');
    }
    expect(resolve(request(undefined, '0:ffff:0:1::1.2.3.4'))).toBe('0:ffff:0:1::1.2.3.4');
    expect(resolve(request(undefined, 'fe80::1%eth0'))).toBe('fe80::1');
    expect(resolve({ headers: {}, socket: {} })).toBeNull();
  });

  it('gives an address or null, whatever the header', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.ipV6()), fc.nat({ max: 4 }), (header, hops) => {
        const address = clientAddressResolver(hops)(request(header));
        expect(address === null || isIP(address) > 0).toBe(true);
      }),
    );
  });
});
