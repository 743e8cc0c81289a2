import { generateKeyPairSync, type KeyPairKeyObjectResult, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { loadJwtKeys } from './jwt-keys';
import type { JwtAlgorithm, JwtOptions } from './jwt.options';

const refreshToken = { secret: randomBytes(32).toString('base64') };

interface Pair {
  privateKey: string;
  publicKey: string;
}

function pem(pair: KeyPairKeyObjectResult): Pair {
  return {
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

function rsa(modulusLength: number): Pair {
  return pem(generateKeyPairSync('rsa', { modulusLength }));
}

function ec(namedCurve: string): Pair {
  return pem(generateKeyPairSync('ec', { namedCurve }));
}

const rsaPair = rsa(2048);
const otherRsaPair = rsa(2048);
const p256 = ec('prime256v1');
const p384 = ec('secp384r1');
const ed25519 = pem(generateKeyPairSync('ed25519'));
const rsaPss = pem(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }));
const secretOf = (bytes: number): string => randomBytes(bytes).toString('base64').slice(0, bytes);

function load(
  algorithm: JwtAlgorithm | undefined,
  accessToken: JwtOptions['accessToken'],
  keys?: JwtOptions['keys'],
) {
  return loadJwtKeys({ algorithm, accessToken, keys, refreshToken });
}

function pathsOf(result: ReturnType<typeof loadJwtKeys>): string[] {
  expect(result.keys).toBeUndefined();
  expect(result.problems.length).toBeGreaterThan(0);
  return result.problems.map(({ path }) => path);
}

describe('loadJwtKeys, one key', () => {
  it.each([
    ['HS256', 32],
    ['HS384', 48],
    ['HS512', 64],
  ] as const)('%s asks for %i bytes', (algorithm, bytes) => {
    const { keys, problems } = load(algorithm, { secret: secretOf(bytes) });
    expect(problems).toEqual([]);
    expect(keys?.signingKey.key.symmetricKeySize).toBe(bytes);
    const short = load(algorithm, { secret: secretOf(bytes - 1) });
    expect(pathsOf(short)).toEqual(['jwt.accessToken.secret']);
    expect(short.problems[0]?.message).toContain(`at least ${bytes} bytes, it has ${bytes - 1}`);
  });

  it('takes HS256 when no algorithm is named', () => {
    expect(load(undefined, { secret: secretOf(32) }).problems).toEqual([]);
  });

  it.each(['secret', 'changeme', 'a'.repeat(64), 'abcdefg'.repeat(9), undefined])(
    'refuses the secret %j and names the option, never the value',
    (secret) => {
      const result = load('HS256', { secret });
      expect(pathsOf(result)).toEqual(['jwt.accessToken.secret']);
      const isWord = secret === 'secret';
      if (secret && !isWord) expect(JSON.stringify(result.problems)).not.toContain(secret);
    },
  );

  it.each([
    ['RS256', rsaPair],
    ['RS384', rsaPair],
    ['RS512', rsaPair],
    ['ES256', p256],
    ['ES384', p384],
  ] as const)('%s: public half given or derived', (algorithm, pair) => {
    const given = load(algorithm, pair);
    const derived = load(algorithm, { privateKey: pair.privateKey });
    expect(given.problems).toEqual([]);
    expect(derived.keys?.signingKey.kid).toBe(given.keys?.signingKey.kid);
    expect(derived.keys?.signingKey.key.type).toBe('private');
    expect(derived.keys?.verificationKeys).toHaveLength(1);
    const [verifier] = derived.keys?.verificationKeys ?? [];
    expect(verifier?.key.type).toBe('public');
    expect(verifier?.key.export({ type: 'spki', format: 'pem' })).toBe(pair.publicKey);
  });

  it.each<[string, JwtAlgorithm, JwtOptions['accessToken'], string]>([
    ['RSA of 1024 bits', 'RS256', rsa(1024), 'privateKey'],
    ['P-256 for ES384', 'ES384', p256, 'privateKey'],
    ['P-384 for ES256', 'ES256', p384, 'privateKey'],
    ['secp256k1 for ES256', 'ES256', ec('secp256k1'), 'privateKey'],
    ['EC for RS256', 'RS256', p256, 'privateKey'],
    ['RSA for ES256', 'ES256', rsaPair, 'privateKey'],
    ['Ed25519 for ES256', 'ES256', ed25519, 'privateKey'],
    ['RSA-PSS for RS256', 'RS256', rsaPss, 'privateKey'],
    ['a public key as private key', 'RS256', { privateKey: rsaPair.publicKey }, 'privateKey'],
    ['no PEM', 'RS256', { privateKey: 'garbage' }, 'privateKey'],
    ['no private key', 'RS256', { publicKey: rsaPair.publicKey }, 'privateKey'],
    ['a public key of another pair', 'RS256', { ...rsaPair, publicKey: otherRsaPair.publicKey }, 'publicKey'],
    ['a private key as public key', 'RS256', { ...rsaPair, publicKey: rsaPair.privateKey }, 'publicKey'],
    ['a secret beside RS256', 'RS256', { ...rsaPair, secret: secretOf(32) }, 'secret'],
    ['a private key beside HS256', 'HS256', { ...p256, secret: secretOf(32) }, 'privateKey'],
    ['a kid with a space', 'HS256', { secret: secretOf(32), kid: 'a b' }, 'kid'],
    ['an empty kid', 'HS256', { secret: secretOf(32), kid: '' }, 'kid'],
    ['a kid of 129 characters', 'HS256', { secret: secretOf(32), kid: 'k'.repeat(129) }, 'kid'],
  ])('refuses %s', (_name, algorithm, accessToken, option) => {
    const result = load(algorithm, accessToken);
    expect(pathsOf(result)).toContain(`jwt.accessToken.${option}`);
    const shown = JSON.stringify(result.problems);
    for (const value of [accessToken.secret, accessToken.privateKey]) {
      if (value && value.length > 20) expect(shown).not.toContain(value.slice(30, 60));
    }
  });

  it('refuses an unknown algorithm, none and inherited names included', () => {
    for (const algorithm of ['none', 'PS256', 'toString', '__proto__', '']) {
      const options: JwtOptions = { accessToken: { secret: secretOf(64) }, refreshToken };
      Object.defineProperty(options, 'algorithm', { value: algorithm, enumerable: true });
      expect(pathsOf(loadJwtKeys(options))).toEqual(['jwt.algorithm']);
    }
  });

  it('reports every problem at once', () => {
    const result = load(
      'RS256',
      { secret: 'x', privateKey: 'y', publicKey: 'z', kid: ' ' },
      { old: { secret: 'w' } },
    );
    expect(pathsOf(result).sort()).toEqual([
      'jwt.accessToken.kid',
      'jwt.accessToken.privateKey',
      'jwt.accessToken.publicKey',
      'jwt.accessToken.secret',
      'jwt.keys.old.publicKey',
      'jwt.keys.old.secret',
    ]);
  });
});

describe('loadJwtKeys, several keys', () => {
  const [a, b] = [secretOf(32), secretOf(32)];

  it('derives the same kid wherever a key stands, and registers every key under both names', () => {
    const kidOfA = load('HS256', { secret: a }).keys?.signingKey.kid;
    expect(kidOfA).toMatch(/^[A-Za-z0-9_-]{22}$/);
    const { keys } = load('HS256', { secret: b, kid: 'new' }, { old: { secret: a } });
    const kidOfB = load('HS256', { secret: b }).keys?.signingKey.kid;
    expect(keys?.signingKey.kid).toBe('new');
    expect(keys?.verificationKeys.map(({ kid }) => kid)).toEqual(['new', kidOfB, 'old', kidOfA]);
  });

  it('knows a public key by the kid that its private key had when it signed', () => {
    const before = load('ES256', { privateKey: p256.privateKey }).keys?.signingKey.kid;
    const { keys } = load('ES256', ec('prime256v1'), { old: { publicKey: p256.publicKey } });
    expect(keys?.verificationKeys.map(({ kid }) => kid)).toContain(before);
  });

  it('takes one key under one name twice, and refuses two keys under one name', () => {
    expect(load('HS256', { secret: a, kid: 'k' }, { k: { secret: a } }).problems).toEqual([]);
    expect(pathsOf(load('HS256', { secret: a, kid: 'k' }, { k: { secret: b } }))).toEqual(['jwt.keys.k']);
    const kidOfB = load('HS256', { secret: b }).keys?.signingKey.kid ?? '';
    const clash = load('HS256', { secret: a }, { [kidOfB]: { secret: secretOf(32) }, other: { secret: b } });
    expect(pathsOf(clash)).toEqual(['jwt.keys.other']);
  });

  it.each<[string, JwtAlgorithm, JwtOptions['accessToken'], { secret?: string; publicKey?: string }, string]>(
    [
      ['a short secret', 'HS256', { secret: a }, { secret: 'short' }, 'jwt.keys.x.secret'],
      [
        'a public key among secrets',
        'HS256',
        { secret: a },
        { publicKey: p256.publicKey },
        'jwt.keys.x.publicKey',
      ],
      ['a secret among public keys', 'RS256', rsaPair, { secret: b }, 'jwt.keys.x.secret'],
      ['a key of another kind', 'RS256', rsaPair, { publicKey: p256.publicKey }, 'jwt.keys.x.publicKey'],
      ['a private key', 'RS256', rsaPair, { publicKey: otherRsaPair.privateKey }, 'jwt.keys.x.publicKey'],
      ['nothing', 'RS256', rsaPair, {}, 'jwt.keys.x.publicKey'],
    ],
  )('refuses %s', (_name, algorithm, accessToken, entry, path) => {
    expect(pathsOf(load(algorithm, accessToken, { x: entry }))).toContain(path);
  });
});
