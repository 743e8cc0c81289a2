import { availableParallelism } from 'node:os';
import { defaultHashConcurrency } from '../../password/hash-queue';
import type {
  PasswordOptions,
  ResolvedPasswordOptions,
  ResolvedPasswordPolicy,
} from '../../password/password.options';
import type { ResolvedCodeOptions } from '../../users';
import { resolveCode } from './verification.schema';
import { milliseconds, type SectionContext } from '../section-context';

const PRODUCTION_COST = 10;
/** R008: 19 MiB and two passes, or 46 MiB and one. */
const PRODUCTION_MEMORY = 19_456;
const PRODUCTION_MEMORY_OF_ONE_PASS = 47_104;
/** R004 */
const LONGEST_BREACH_CHECK_MS = 2000;
const SHORTEST_CONTEXT_WORD = 3;
/** R116 */
const LONGEST_RESET_MS = 3600_000;

/** @param names what the service is called elsewhere in the configuration, where `contextWords` are left out (R003) */
export function resolvePassword(
  options: PasswordOptions,
  names: readonly (string | undefined)[],
  context: SectionContext,
): ResolvedPasswordOptions {
  const maxLength = options.maxLength ?? 128;
  const hashing = options.hashing ?? {};
  return {
    ...resolvePolicy(options, maxLength, names, context),
    maxLength,
    preventBreached: options.preventBreached ?? false,
    breachCheck: resolveBreachCheck(options.breachCheck ?? {}, context),
    historyCount: options.historyCount ?? 0,
    expiryDays: options.expiryDays ?? 0,
    hasher: options.hasher ?? 'bcrypt',
    ...resolveCosts(options, context),
    passwordReset: resolveReset('password.passwordReset', options.passwordReset ?? {}, 900, context),
    adminReset: resolveReset('password.adminReset', options.adminReset ?? {}, 3600, context),
    hashing: {
      concurrency: hashing.concurrency ?? defaultHashConcurrency(availableParallelism(), uvThreadpoolSize()),
      maxQueue: hashing.maxQueue ?? 512,
      maxWaitMs: milliseconds(hashing.maxWait ?? '15s'),
    },
  };
}

function resolvePolicy(
  options: PasswordOptions,
  maxLength: number,
  names: readonly (string | undefined)[],
  { report }: SectionContext,
): ResolvedPasswordPolicy {
  const minLength = options.minLength ?? 8;
  if (minLength > maxLength && !report.isRefused('password.maxLength')) {
    report.addRule(
      'password.minLength',
      'is more than password.maxLength (default 128); no password could fit',
    );
  }
  options.contextWords?.forEach((word, index) => {
    if (isLongEnough(word)) return;
    report.addRule(
      `password.contextWords[${index}]`,
      `must have at least ${SHORTEST_CONTEXT_WORD} characters; shorter words are part of too many passwords`,
    );
  });
  return {
    minLength,
    requireUppercase: options.requireUppercase ?? false,
    requireLowercase: options.requireLowercase ?? false,
    requireNumbers: options.requireNumbers ?? false,
    requireSpecialChars: options.requireSpecialChars ?? false,
    specialChars: options.specialChars,
    preventCommon: options.preventCommon ?? true,
    preventUserInfo: options.preventUserInfo ?? true,
    contextWords: [...(options.contextWords ?? new Set(names.flatMap(wordsOf).filter(isLongEnough)))],
  };
}

function isLongEnough(word: string): boolean {
  return Array.from(word).length >= SHORTEST_CONTEXT_WORD;
}

/** Of a URL the names in its host, without the top-level domain; of other text, the text. */
function wordsOf(name: string | undefined): string[] {
  if (name === undefined) return [];
  if (!/^https?:/.test(name) || !URL.canParse(name)) return [name];
  const labels = new URL(name).hostname.split('.');
  return labels.length > 1 ? labels.slice(0, -1) : labels;
}

function resolveReset(
  path: string,
  options: NonNullable<PasswordOptions['passwordReset']>,
  lifeSeconds: number,
  context: SectionContext,
): ResolvedCodeOptions {
  // Asking again replaces the code; how often is for the limit to say.
  const resolved = resolveCode(path, { ...options, resendDelay: 0 }, lifeSeconds, context);
  if (resolved.expiresInMs > LONGEST_RESET_MS) {
    context.report.addRule(`${path}.expiresIn`, "is longer than '1h'; shorten it");
  }
  return resolved;
}

function resolveBreachCheck(
  options: NonNullable<PasswordOptions['breachCheck']>,
  { report, production }: SectionContext,
): ResolvedPasswordOptions['breachCheck'] {
  const baseUrl = options.baseUrl ?? 'https://api.pwnedpasswords.com/range/';
  const timeoutMs = milliseconds(options.timeout ?? '2s');
  if (production && !baseUrl.toLowerCase().startsWith('https:')) {
    report.addRule(
      'password.breachCheck.baseUrl',
      'must be https:// in production; others could read the requests',
    );
  }
  if (timeoutMs > LONGEST_BREACH_CHECK_MS) {
    report.addRule('password.breachCheck.timeout', "must be at most '2s'; users wait for it");
  }
  return {
    baseUrl: baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`,
    timeoutMs,
    onFailure: options.onFailure ?? 'allow',
    source: options.source,
  };
}

function resolveCosts(
  options: PasswordOptions,
  { report, production }: SectionContext,
): Pick<ResolvedPasswordOptions, 'bcryptCost' | 'argon2'> {
  const bcryptCost = options.bcryptCost ?? 12;
  if (production && bcryptCost < PRODUCTION_COST) {
    report.addRule(
      'password.bcryptCost',
      `must be at least ${PRODUCTION_COST} in production; leave it out for 12`,
    );
  }
  const { memoryCost = PRODUCTION_MEMORY, timeCost = 2, parallelism = 1 } = options.argon2 ?? {};
  const least = timeCost === 1 ? PRODUCTION_MEMORY_OF_ONE_PASS : PRODUCTION_MEMORY;
  if (production && memoryCost < least) {
    report.addRule(
      'password.argon2.memoryCost',
      `must be at least ${least} KiB in production with this timeCost; leave out password.argon2 for the default`,
    );
  }
  return { bcryptCost, argon2: { memoryCost, timeCost, parallelism } };
}

/** Threads of the libuv pool, which the environment sets before the process starts. */
function uvThreadpoolSize(): number {
  const size = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);
  return Number.isInteger(size) && size > 0 ? size : 4;
}
