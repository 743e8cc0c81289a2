import type {
  CodeOptions,
  EmailVerificationOptions,
  ResolvedCodeOptions,
  ResolvedVerificationOptions,
  VerificationOptions,
} from '../../users';
import { duration, field, section, wholeNumber, type Shape } from '../fields';
import { milliseconds, type SectionContext } from '../section-context';

/** R069: the code of a challenge lives ten minutes at most. */
const LONGEST_CODE_MS = 10 * 60_000;
/** What a configuration may ask for: up to the hour that codes live elsewhere, so that it is taken over as it is. */
const LONGEST_WISH_MS = 60 * 60_000;

/** Options of codes, for the sections of whatever sends them. */
export const codeShape: Shape<CodeOptions> = {
  // R089: six digits are the least.
  codeLength: wholeNumber(6, 10, ' digits'),
  expiresIn: duration(),
  maxAttempts: wholeNumber(1, 10),
  resendDelay: duration(),
  rateLimitMax: wholeNumber(1, 1000),
  rateLimitWindow: duration(),
};

const verificationShape: Shape<VerificationOptions> = {
  ...codeShape,
  maxAttemptsPerUser: wholeNumber(1, 1000),
  maxAttemptsPerIP: wholeNumber(1, 100_000),
  attemptWindow: duration(),
};

/** Page of a front end that a message links to. */
export const baseUrl = () =>
  field<string>(
    "an http or https address without user and fragment, such as 'https://app.example.com/verify'",
    isBaseUrl,
  );

export const emailVerificationSchema = section<EmailVerificationOptions>({
  ...verificationShape,
  baseUrl: baseUrl(),
});

export const phoneVerificationSchema = section<VerificationOptions>(verificationShape);

export function resolveVerification(
  path: string,
  options: EmailVerificationOptions,
  lifeSeconds: number,
  context: SectionContext,
): ResolvedVerificationOptions {
  const resolved = resolveCode(path, options, lifeSeconds, context);
  if (resolved.expiresInMs > LONGEST_WISH_MS) {
    context.report.addRule(`${path}.expiresIn`, "is longer than '1h'; a code lives '10m' at most");
  }
  return {
    ...resolved,
    expiresInMs: Math.min(resolved.expiresInMs, LONGEST_CODE_MS),
    maxAttemptsPerUser: options.maxAttemptsPerUser ?? 10,
    maxAttemptsPerIP: options.maxAttemptsPerIP ?? 20,
    attemptWindowMs: milliseconds(options.attemptWindow ?? 3600),
  };
}

/** @param lifeSeconds how long a code lives where nothing is said */
export function resolveCode(
  path: string,
  options: CodeOptions & { baseUrl?: string },
  lifeSeconds: number,
  { report, production }: SectionContext,
): ResolvedCodeOptions {
  if (production && options.baseUrl?.toLowerCase().startsWith('http:')) {
    report.addRule(`${path}.baseUrl`, 'must be https:// in production; others could read the page');
  }
  return {
    codeLength: options.codeLength ?? 6,
    expiresInMs: milliseconds(options.expiresIn ?? lifeSeconds),
    maxAttempts: options.maxAttempts ?? 3,
    resendDelayMs: milliseconds(options.resendDelay ?? 60),
    rateLimit: {
      max: options.rateLimitMax ?? 3,
      windowMs: milliseconds(options.rateLimitWindow ?? 3600),
    },
    baseUrl: options.baseUrl,
  };
}

function isBaseUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !/^https?:\/\/[^\s"'<>\\]+$/i.test(value)) return false;
  if (value.length > 1024 || value.includes('#') || !URL.canParse(value)) return false;
  const { username, password } = new URL(value);
  return `${username}${password}` === '';
}
