import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RefreshTokenCodec } from './refresh-token.codec';

function codecOf(...secrets: string[]): RefreshTokenCodec {
  return new RefreshTokenCodec({
    refreshToken: { secrets, ttlMs: 1, reuseDetection: true, graceMs: 0 },
  });
}

const secret = (): string => randomBytes(32).toString('base64');
const [first, second, third] = [secret(), secret(), secret()];
const codec = codecOf(first);
const source = { sessionId: randomUUID(), generation: 7, salt: randomBytes(32).toString('base64url') };
const token = codec.encode(source);

describe('RefreshTokenCodec', () => {
  it.each([0, 1, 255, 65_536, 2 ** 32 - 1])('writes and reads generation %i', (generation) => {
    const sessionId = randomUUID();
    const text = codec.encode({ ...source, sessionId, generation });
    expect(text).toMatch(/^[A-Za-z0-9_-]{28}\.[A-Za-z0-9_-]{43}$/);
    expect(codec.decode(text)).toEqual({ sessionId, generation });
    expect(codec.matches(text, { ...source, sessionId, generation })).toBe(true);
  });

  it('writes the same successor again (R048)', () => {
    expect(codecOf(first, second).encode(source)).toBe(token);
  });

  it('does not write what it could not read', () => {
    expect(() => codec.encode({ ...source, generation: -1 })).toThrow(RangeError);
    expect(() => codec.encode({ ...source, generation: 2 ** 32 })).toThrow(RangeError);
    expect(() => codec.encode({ ...source, sessionId: 'x' })).toThrow(TypeError);
    expect(() => codecOf()).toThrow(/secret/);
  });

  it('knows tokens made under a previous secret, in any place, and no others', () => {
    expect(codecOf(second, first).matches(token, source)).toBe(true);
    expect(codecOf(second, third, first).matches(token, source)).toBe(true);
    expect(codecOf(first, second, third).matches(token, source)).toBe(true);
    expect(codecOf(second, first, third).matches(token, source)).toBe(true);
    expect(codecOf(second, third).matches(token, source)).toBe(false);
    expect(codecOf(second, first).encode(source)).toBe(codecOf(second).encode(source));
  });

  it('is bound to session, generation and salt', () => {
    expect(codec.matches(token, { ...source, sessionId: randomUUID() })).toBe(false);
    expect(codec.matches(token, { ...source, generation: 6 })).toBe(false);
    expect(codec.matches(token, { ...source, generation: 8 })).toBe(false);
    expect(codec.matches(token, { ...source, salt: randomBytes(32).toString('base64url') })).toBe(false);
    expect(codec.matches(token, { ...source, salt: '' })).toBe(false);
  });

  it('refuses the MAC of one token under the payload of another', () => {
    const mac = token.slice(29);
    for (const other of [
      { ...source, generation: 8 },
      { ...source, sessionId: randomUUID() },
    ]) {
      const mixed = `${codec.encode(other).slice(0, 28)}.${mac}`;
      expect(codec.decode(mixed)).toEqual({ sessionId: other.sessionId, generation: other.generation });
      expect(codec.matches(mixed, other)).toBe(false);
      expect(codec.matches(mixed, source)).toBe(false);
    }
  });

  it('refuses a change of any one bit of the decoded bytes', () => {
    const [payload = '', mac = ''] = token.split('.');
    const bytes = [Buffer.from(payload, 'base64url'), Buffer.from(mac, 'base64url')] as const;
    for (const part of bytes) {
      for (let bit = 0; bit < part.length * 8; bit += 1) {
        const index = Math.floor(bit / 8);
        const byte = part.readUInt8(index);
        part.writeUInt8(byte ^ (1 << (bit % 8)), index);
        const changed = bytes.map((buffer) => buffer.toString('base64url')).join('.');
        expect(changed).not.toBe(token);
        expect(codec.matches(changed, source)).toBe(false);
        part.writeUInt8(byte, index);
      }
    }
    expect(codec.matches(bytes.map((buffer) => buffer.toString('base64url')).join('.'), source)).toBe(true);
  });

  it('refuses a change of any one character', () => {
    for (let index = 0; index < token.length; index += 1) {
      for (const character of ['A', 'B', '_', '.', '=', ' ', '\u00e9']) {
        if (token[index] === character) continue;
        const changed = token.slice(0, index) + character + token.slice(index + 1);
        expect(codec.matches(changed, source)).toBe(false);
      }
    }
  });

  it.each([
    ['nothing', ''],
    ['a dot', '.'],
    ['43 random characters', randomBytes(32).toString('base64url')],
    ['a padded MAC', `${token}=`],
    ['a line end', `${token}\n`],
    ['a space before', ` ${token}`],
    ['a third part', `${token}.x`],
    ['no MAC', token.slice(0, 29)],
    ['half a MAC', token.slice(0, 50)],
    [
      'version 2',
      `${Buffer.concat([Buffer.from([2]), Buffer.alloc(20)]).toString('base64url')}${token.slice(28)}`,
    ],
    ['a megabyte', 'A'.repeat(1_000_000)],
    ['a token-like text of wide characters', token.replace('.', '\uff0e')],
    ['another spelling of the last byte', nonCanonical(token)],
  ])('does not read %s', (_name, text) => {
    expect(codec.decode(text)).toBeUndefined();
    expect(codec.matches(text, source)).toBe(false);
  });
});

/** The same bytes with an unused bit of the last character set. */
function nonCanonical(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(text.slice(-1));
  return text.slice(0, -1) + (alphabet[last + 1] ?? '');
}
