import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { EncryptionKeys } from './encryption-keys';
import { SecretBox, UnreadableSecretError } from './secret-box';

const [first, second] = [randomBytes(32), randomBytes(32)];
const keys = (current: string, entries: Record<string, Uint8Array>): EncryptionKeys => ({
  current,
  keys: new Map(Object.entries(entries)),
});
const box = new SecretBox(keys('k1', { k1: first }), 'test.column');

describe('SecretBox', () => {
  it('gives back what it sealed, under the id of its key, and never seals alike twice', () => {
    const text = 'code 123456 \u00e4\u{1f511}';
    const sealed = box.seal(text, 'row-1');
    expect(box.open(sealed, 'row-1')).toBe(text);
    expect(sealed).toMatch(/^k1\.[A-Za-z0-9_-]+$/);
    expect(sealed).not.toContain('123456');
    expect(box.seal(text, 'row-1')).not.toBe(sealed);
    expect(box.open(box.seal('', 'row-1'), 'row-1')).toBe('');
  });

  it('opens only where the text belongs: same place, same purpose, same key', () => {
    const sealed = box.seal('secret', 'row-1');
    const others: [SecretBox, string, string][] = [
      [box, sealed, 'row-2'],
      [new SecretBox(keys('k1', { k1: first }), 'other.column'), sealed, 'row-1'],
      [new SecretBox(keys('k1', { k1: second }), 'test.column'), sealed, 'row-1'],
      [new SecretBox(keys('k2', { k2: first }), 'test.column'), sealed, 'row-1'],
      [box, sealed.replace('k1.', 'k9.'), 'row-1'],
      [box, sealed.replace('k1.', '__proto__.'), 'row-1'],
    ];
    for (const [opener, text, place] of others) {
      expect(() => opener.open(text, place)).toThrow(UnreadableSecretError);
    }
  });

  it('notices every changed byte and every cut', () => {
    const sealed = box.seal('secret', 'row-1');
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => box.open(`k1.${changed.toString('base64url')}`, 'row-1')).toThrow(UnreadableSecretError);
      const cut = bytes.subarray(0, index).toString('base64url');
      expect(() => box.open(`k1.${cut}`, 'row-1')).toThrow(UnreadableSecretError);
    }
    for (const text of ['', '.', 'k1', 'k1.', `${sealed}.x`, 'secret']) {
      expect(() => box.open(text, 'row-1')).toThrow(UnreadableSecretError);
    }
  });

  it('reads texts of an earlier key, and tells that they are to be sealed again', () => {
    const old = box.seal('secret', 'row-1');
    const rotated = new SecretBox(keys('k2', { k1: first, k2: second }), 'test.column');
    expect(rotated.open(old, 'row-1')).toBe('secret');
    expect(rotated.isCurrent(old)).toBe(false);
    const renewed = rotated.seal('secret', 'row-1');
    expect(rotated.isCurrent(renewed)).toBe(true);
    expect(() => box.open(renewed, 'row-1')).toThrow(UnreadableSecretError);
  });
});
