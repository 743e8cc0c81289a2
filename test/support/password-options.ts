import type { ResolvedPasswordOptions } from '../../lib/password';

const resetOptions: ResolvedPasswordOptions['passwordReset'] = {
  codeLength: 6,
  expiresInMs: 900_000,
  maxAttempts: 3,
  resendDelayMs: 0,
  rateLimit: { max: 3, windowMs: 3600_000 },
  baseUrl: undefined,
};

/** The defaults, with cheap hashes. */
export function passwordOptions(change: Partial<ResolvedPasswordOptions> = {}): ResolvedPasswordOptions {
  return {
    minLength: 8,
    maxLength: 128,
    requireUppercase: false,
    requireLowercase: false,
    requireNumbers: false,
    requireSpecialChars: false,
    specialChars: undefined,
    preventCommon: true,
    preventUserInfo: true,
    contextWords: [],
    preventBreached: false,
    breachCheck: { baseUrl: 'http://127.0.0.1:9/', timeoutMs: 2000, onFailure: 'allow', source: undefined },
    historyCount: 0,
    expiryDays: 0,
    hasher: 'bcrypt',
    bcryptCost: 4,
    argon2: { memoryCost: 256, timeCost: 1, parallelism: 1 },
    passwordReset: resetOptions,
    adminReset: resetOptions,
    hashing: { concurrency: 2, maxQueue: 100, maxWaitMs: 60_000 },
    ...change,
  };
}
