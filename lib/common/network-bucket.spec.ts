import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkBucket, UNKNOWN_NETWORK } from './network-bucket';

describe('networkBucket (R024)', () => {
  it.each([
    ['1.2.3.4', '1.2.3.4'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['::FFFF:102:304', '1.2.3.4'],
    ['0:0:0:0:0:ffff:1.2.3.4', '1.2.3.4'],
    ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
    ['2001:0DB8:0000:0001::', '2001:db8:0:1::/64'],
    ['2001:db8:0:1:ffff:ffff:ffff:ffff', '2001:db8:0:1::/64'],
    ['2001:db8:0:2::1', '2001:db8:0:2::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['fe80::2%25wlan0', 'fe80::/64'],
    ['::1', '::/64'],
  ])('%s is of %s', (address, network) => expect(networkBucket(address)).toBe(network));

  it.each([
    null,
    undefined,
    '',
    ' ',
    'garbage',
    '1',
    '0x7f.1',
    '1.2.3',
    '1.2.3.4, 5.6.7.8',
    '1.2.3.4:80',
    '::g',
  ])('%j is no address', (address) => expect(networkBucket(address)).toBe(UNKNOWN_NETWORK));

  it('is the same for all addresses of one /64, and another for the next', () => {
    const groups = fc.array(fc.nat({ max: 0xffff }), { minLength: 4, maxLength: 4 });
    // Groups of 1 and more in front: nothing that is an IPv4 address in other clothing.
    const prefix = groups.map((four) => four.map((group) => Math.max(1, group)));
    const text = (all: number[]) => all.map((group) => group.toString(16)).join(':');
    fc.assert(
      fc.property(prefix, groups, groups, (network, one, other) => {
        const bucket = networkBucket(text([...network, ...one]));
        expect(networkBucket(text([...network, ...other]).toUpperCase())).toBe(bucket);
        const [first = 0, ...rest] = network;
        expect(networkBucket(text([first ^ 0x8000, ...rest, ...one]))).not.toBe(bucket);
      }),
    );
  });

  it('is short, whatever it is given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.ipV4(), fc.ipV6()), (text) => {
        expect(networkBucket(text).length).toBeLessThanOrEqual(22);
      }),
    );
  });
});
