import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalPhone } from './canonical-phone';
import { constantTimeEqual } from './constant-time-equal';
import { parseDuration } from './duration';
import { inputDefect, isNestedDeeperThan } from './input-shape';
import { isCleanText, toCleanText } from './text';

describe('clean text', () => {
  it.each(['a\u0000b', 'a\nb', '\u001b[2J', '\u2028', '\u202e', '\ud800', '\uffff', '\u{1fffe}'])(
    'refuses %j',
    (text) => {
      expect(isCleanText(text)).toBe(false);
    },
  );

  it('keeps names of the world', () => {
    for (const name of ['José', '李小龙', 'Ægir 🚀', "O'Neil-Smith"]) expect(isCleanText(name)).toBe(true);
  });

  it('turns any text into one clean line of bounded length', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 2000 }),
        fc.integer({ min: 1, max: 600 }),
        (text, max) => {
          const clean = toCleanText(text, max);
          expect(isCleanText(clean)).toBe(true);
          expect(clean.length).toBeLessThanOrEqual(max);
        },
      ),
    );
  });
});

describe('canonicalPhone', () => {
  it('has one form for the spellings of one number', () => {
    expect(canonicalPhone('+1 (555) 010-0000')).toBe('+15550100000');
    expect(canonicalPhone('+15550100000')).toBe('+15550100000');
  });

  it.each([
    '5550100000',
    '+1555',
    '+15550100000;ext=5',
    '+1 555 010 0000 x5',
    '+1555010000０',
    '+15550100000,+15550100001',
    '',
    5,
  ])('refuses %j', (input) => expect(canonicalPhone(input)).toBeUndefined());
});

describe('constantTimeEqual', () => {
  it('is a clean mismatch for unequal lengths (R019)', () => {
    expect(constantTimeEqual('a', 'é'.repeat(64))).toBe(false);
    expect(constantTimeEqual('secret', 'secret')).toBe(true);
  });
});

describe('parseDuration', () => {
  it.each([
    ['15m', 900_000],
    ['30d', 2_592_000_000],
    [10, 10_000],
    ['1.5h', 5_400_000],
    [0, 0],
  ])('%j is %d ms', (input, expected) => expect(parseDuration(input)).toBe(expected));

  it.each([
    '',
    'abc',
    '15',
    '-5m',
    '15 minutes ago',
    'Infinity',
    Number.NaN,
    -1,
    Infinity,
    null,
    {},
    '1e9d',
    '999999999y',
  ])('refuses %j', (input) => expect(parseDuration(input)).toBeUndefined());
});

describe('input shape', () => {
  const nested = (depth: number): unknown => {
    let value: unknown = 1;
    for (let level = 0; level < depth; level += 1) value = { a: value };
    return value;
  };

  it('measures depth without recursion', () => {
    expect(inputDefect(nested(32))).toBeUndefined();
    expect(inputDefect(nested(33))).toBe('too-deep');
    expect(inputDefect(nested(100_000))).toBe('too-deep');
    expect(isNestedDeeperThan(nested(100_000), 200)).toBe(true);
    expect(isNestedDeeperThan(nested(200), 200)).toBe(false);
    expect(isNestedDeeperThan('text', 0)).toBe(false);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('refuses the key %s at any level (R139)', (key) => {
    expect(inputDefect(JSON.parse(`{"a":{"${key}":{"x":1}}}`))).toBe('forbidden-key');
  });

  it.each([null, [], 'x', 1, true, undefined])('refuses the root %j', (root) => {
    expect(inputDefect(root)).toBe('not-an-object');
  });

  it('bounds the number of keys', () => {
    const wide = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`k${index}`, 1]));
    expect(inputDefect(wide)).toBe('too-many-keys');
  });
});
