import { describe, expect, it } from 'vitest';
import { maskEmail, maskPhone } from './mask';

describe('masks (R090)', () => {
  it.each([
    ['john.doe@example.com', 'j***@e***.com'],
    ['j@example.com', 'j***@e***.com'],
    ['ada+tag@mail.example.co.uk', 'a***@m***.uk'],
    ['ada@x.io', 'a***@x***.io'],
  ])('%s is %s', (address, masked) => {
    expect(maskEmail(address)).toBe(masked);
  });

  it('of numbers leave two digits', () => {
    expect(maskPhone('+436601234567')).toBe('***67');
    expect(maskPhone('+4366012345')).toBe('***45');
  });
});
