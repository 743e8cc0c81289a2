import { describe, expect, it } from 'vitest';
import { cookieValues, decodeCookieValue } from './cookie-header';

describe('cookieValues', () => {
  it('finds every value of a name', () => {
    expect(cookieValues('a=1; b=2;a=3 ; c="4"', 'a')).toEqual(['1', '3']);
    expect(cookieValues('a=1; b=2;a=3 ; c="4"', 'c')).toEqual(['4']);
    expect(cookieValues(undefined, 'a')).toEqual([]);
  });

  it.each(['\u2000a=x', '%61=x', 'A=x', '$Version=1; b=x', '__proto__=x', '=a', 'a', ';;;', '= ;'])(
    'takes %j for no cookie called a (R058)',
    (header) => expect(cookieValues(header, 'a')).toEqual([]),
  );

  it('keeps what follows the first equals sign', () => {
    expect(cookieValues('a=b=c==', 'a')).toEqual(['b=c==']);
  });

  it('decodes a value where it can', () => {
    expect(decodeCookieValue('a%2Eb')).toBe('a.b');
    expect(decodeCookieValue('%E0%A4%A')).toBe('%E0%A4%A');
  });
});
