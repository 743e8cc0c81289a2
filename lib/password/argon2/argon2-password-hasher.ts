import type { PasswordScheme } from '../password-scheme';
import type { Argon2Cost } from '../password.options';
import { type Argon2Library, loadArgon2 } from './argon2-library';

const ARGON2ID = 2;
const VERSION_19 = 1;
const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** A hash that asks for more work than any cost that can be configured is not ours to run. */
const MAX = { memoryCost: 1_048_576, timeCost: 16, parallelism: 16 } as const;
const STORED =
  /^\$argon2id\$v=19\$m=(?<m>[1-9]\d{0,6}),t=(?<t>[1-9]\d?),p=(?<p>[1-9]\d?)\$(?<salt>[A-Za-z0-9+/]{11,86})\$(?<tag>[A-Za-z0-9+/]{16,86})$/;

interface StoredHash extends Argon2Cost {
  saltBytes: number;
  tagBytes: number;
}

/**
 * Hashes passwords with argon2id (RFC 9106), in the form `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<tag>` (R008). It takes
 * passwords of any length whole, so nothing is hashed before.
 *
 * `verify` does the work of the configured cost whatever it is given, an unknown form included; only a hash of a higher
 * cost takes longer (R014).
 */
export class Argon2PasswordHasher implements PasswordScheme {
  private loaded: Argon2Library | undefined;

  constructor(
    private readonly cost: Argon2Cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 },
    private readonly load: () => Argon2Library = loadArgon2,
  ) {}

  async hash(password: string): Promise<string> {
    return this.hashAt(password, this.cost);
  }

  async verify(password: string, storedHash: string): Promise<boolean> {
    const stored = parse(storedHash);
    const equal = stored
      ? await this.library()
          .verify(storedHash, password)
          .catch(() => false)
      : false;
    for (const cost of missingWork(this.cost, stored)) await this.hashAt(password, cost);
    return equal;
  }

  recognises(hash: string): boolean {
    return hash.startsWith('$argon2');
  }

  problem(): Error | undefined {
    try {
      this.library();
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error('argon2id cannot be used');
    }
  }

  needsRehash(hash: string): boolean {
    const stored = parse(hash);
    return (
      !stored ||
      stored.memoryCost < this.cost.memoryCost ||
      stored.timeCost < this.cost.timeCost ||
      stored.saltBytes < SALT_BYTES ||
      stored.tagBytes < TAG_BYTES
    );
  }

  async spend(password: string): Promise<void> {
    await this.hashAt(password, this.cost);
  }

  private hashAt(password: string, cost: Argon2Cost): Promise<string> {
    const options = { algorithm: ARGON2ID, version: VERSION_19, outputLen: TAG_BYTES, ...cost };
    return this.library().hash(password, options);
  }

  private library(): Argon2Library {
    this.loaded ??= this.load();
    return this.loaded;
  }
}

function parse(text: string): StoredHash | undefined {
  const { m, t, p, salt = '', tag = '' } = STORED.exec(text)?.groups ?? {};
  const stored = {
    memoryCost: Number(m),
    timeCost: Number(t),
    parallelism: Number(p),
    saltBytes: base64Bytes(salt),
    tagBytes: base64Bytes(tag),
  };
  const runnable =
    stored.memoryCost >= 8 * stored.parallelism &&
    stored.memoryCost <= MAX.memoryCost &&
    stored.timeCost <= MAX.timeCost &&
    stored.parallelism <= MAX.parallelism;
  return runnable ? stored : undefined;
}

/** Of unpadded base64. */
function base64Bytes(text: string): number {
  return Math.floor((text.length * 3) / 4);
}

/** Hashes that together with a verification of `done` fill as much memory as one of `cost`. */
function missingWork(cost: Argon2Cost, done: Argon2Cost | undefined): Argon2Cost[] {
  const { memoryCost, timeCost, parallelism } = cost;
  const missing = memoryCost * timeCost - (done ? done.memoryCost * done.timeCost : 0);
  if (missing <= 0) return [];
  const whole = { memoryCost, timeCost: Math.floor(missing / memoryCost), parallelism };
  const rest = { memoryCost: missing % memoryCost, timeCost: 1, parallelism };
  return [whole, rest].filter((work) => work.timeCost > 0 && work.memoryCost >= 8 * parallelism);
}
