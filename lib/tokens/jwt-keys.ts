import { isJwtAlgorithm, keyRequirement, type KeyRequirement } from './jwt-algorithms';
import {
  derivedKid,
  hmacKey,
  type KeyOrProblem,
  privateKey,
  publicKey,
  verifyingHalf,
} from './jwt-key-material';
import type { JwtOptions, VerificationKey } from './jwt.options';

export interface JwtKeys {
  signingKey: VerificationKey;
  verificationKeys: readonly VerificationKey[];
}

export interface JwtKeyProblem {
  /** Path of the option, from the root of the configuration. */
  path: string;
  /** What is wrong and how to put it right; never the value. */
  message: string;
}

/**
 * Reads the keys of `jwt` once, at start (R036, R037). With any problem there are no keys. Every key that verifies
 * stands under its configured name and under its derived one, so that tokens outlive a change between the two.
 * Refresh secrets are not looked at.
 */
export function loadJwtKeys(options: JwtOptions): { keys?: JwtKeys; problems: JwtKeyProblem[] } {
  const loader = new JwtKeyLoader();
  const keys = loader.load(options);
  return loader.problems.length > 0 || !keys ? { problems: loader.problems } : { keys, problems: [] };
}

class JwtKeyLoader {
  readonly problems: JwtKeyProblem[] = [];
  private readonly byKid = new Map<string, VerificationKey>();

  load(options: JwtOptions): JwtKeys | undefined {
    const algorithm = options.algorithm ?? 'HS256';
    if (!isJwtAlgorithm(algorithm)) {
      this.report('jwt.algorithm', `must be one of ${Object.keys(keyRequirement).join(', ')}`);
      return undefined;
    }
    const requirement = keyRequirement[algorithm];
    const signingKey = this.signingKey(options.accessToken, requirement);
    for (const [name, entry] of Object.entries(options.keys ?? {})) {
      this.addVerificationKey(name, entry, requirement);
    }
    return signingKey && { signingKey, verificationKeys: [...this.byKid.values()] };
  }

  private signingKey(
    token: Partial<JwtOptions['accessToken']> | undefined,
    requirement: KeyRequirement,
  ): VerificationKey | undefined {
    const path = 'jwt.accessToken';
    const { secret, privateKey: pem, publicKey: publicPem, kid } = token ?? {};
    this.refuseOther({ secret, privateKey: pem, publicKey: publicPem }, path, requirement);
    const key =
      requirement.kind === 'hmac'
        ? this.take(`${path}.secret`, hmacKey(secret, requirement.minBytes))
        : this.take(`${path}.privateKey`, privateKey(pem, requirement));
    if (requirement.kind !== 'hmac' && publicPem !== undefined) {
      const half = this.take(`${path}.publicKey`, publicKey(publicPem, requirement));
      if (key && half && !half.equals(verifyingHalf(key))) {
        this.report(`${path}.publicKey`, 'does not belong to the private key; it may be left out');
      }
    }
    if (kid !== undefined && !isKid(kid)) {
      this.report(`${path}.kid`, 'must be 1 to 128 printable ASCII characters');
      return undefined;
    }
    if (!key) return undefined;
    const signingKey = { kid: kid ?? derivedKid(key), key };
    this.register(`${path}.kid`, { kid: signingKey.kid, key: verifyingHalf(key) });
    return signingKey;
  }

  private addVerificationKey(
    name: string,
    entry: { secret?: string; publicKey?: string } | undefined,
    requirement: KeyRequirement,
  ): void {
    const path = `jwt.keys.${name}`;
    const { secret, publicKey: pem } = entry ?? {};
    this.refuseOther({ secret, publicKey: pem }, path, requirement);
    const key =
      requirement.kind === 'hmac'
        ? this.take(`${path}.secret`, hmacKey(secret, requirement.minBytes))
        : this.take(`${path}.publicKey`, publicKey(pem, requirement));
    if (!isKid(name)) this.report(path, 'must have a name of 1 to 128 printable ASCII characters');
    else if (key) this.register(path, { kid: name, key });
  }

  /** HMAC and asymmetric keys never meet in one verifier (R033). */
  private refuseOther(given: Record<string, unknown>, path: string, requirement: KeyRequirement): void {
    for (const [name, value] of Object.entries(given)) {
      if (value !== undefined && (name === 'secret') !== (requirement.kind === 'hmac')) {
        this.report(`${path}.${name}`, 'is not used by jwt.algorithm: remove it or change the algorithm');
      }
    }
  }

  private register(path: string, { kid, key }: VerificationKey): void {
    for (const name of [kid, derivedKid(key)]) {
      const known = this.byKid.get(name);
      if (known && !known.key.equals(key)) this.report(path, 'names a key, and another key has that name');
      else if (!known) this.byKid.set(name, { kid: name, key });
    }
  }

  private take(path: string, loaded: KeyOrProblem): KeyOrProblem['key'] {
    if (loaded.problem !== undefined) this.report(path, loaded.problem);
    return loaded.key;
  }

  private report(path: string, message: string): void {
    this.problems.push({ path, message });
  }
}

function isKid(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,128}$/.test(value);
}
