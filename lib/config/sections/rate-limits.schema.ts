import type {
  FloodOptions,
  LimitOptions,
  MessageCaps,
  MessageLimitOptions,
  RateLimitsOptions,
  ResolvedFloodOptions,
  ResolvedLimit,
  ResolvedMessageLimits,
  ResolvedRateLimitsOptions,
} from '../../rate-limit';
import { duration, section, switchableSection, wholeNumber } from '../fields';
import { milliseconds, type SectionContext } from '../section-context';

const MOST = 1_000_000;
const HOUR_MS = 3600_000;

const limit = () => switchableSection<LimitOptions>({ max: wholeNumber(1, MOST), window: duration() });

const messageLimits = () =>
  section<MessageLimitOptions>({ recipient: limit(), account: limit(), network: limit(), all: limit() });

export const rateLimitsSchema = section<RateLimitsOptions>({
  login: section<NonNullable<RateLimitsOptions['login']>>({
    network: limit(),
    flood: switchableSection<FloodOptions>({
      alert: wholeNumber(1, MOST),
      restrict: wholeNumber(1, MOST),
      unknownClients: wholeNumber(0, MOST),
      window: duration(),
    }),
  }),
  refresh: section<NonNullable<RateLimitsOptions['refresh']>>({ network: limit() }),
  passkey: section<NonNullable<RateLimitsOptions['passkey']>>({ network: limit() }),
  messages: section<NonNullable<RateLimitsOptions['messages']>>({
    email: messageLimits(),
    sms: messageLimits(),
  }),
  signup: section<NonNullable<RateLimitsOptions['signup']>>({ network: limit() }),
  passwordReset: section<NonNullable<RateLimitsOptions['passwordReset']>>({ network: limit() }),
});

export function resolveRateLimits(
  options: RateLimitsOptions,
  context: SectionContext,
): ResolvedRateLimitsOptions & { messages: ResolvedMessageLimits } {
  return {
    messages: {
      email: resolveMessages(options.messages?.email ?? {}, { network: 100, all: 10_000 }),
      sms: resolveMessages(options.messages?.sms ?? {}, { network: 10, all: 1000 }),
    },
    login: {
      network: resolveLimit(options.login?.network, { max: 50, windowMs: 15 * 60_000 }),
      flood: resolveFlood(options.login?.flood ?? {}, context),
    },
    refresh: { network: resolveLimit(options.refresh?.network, { max: 300, windowMs: 15 * 60_000 }) },
    passkey: { network: resolveLimit(options.passkey?.network, { max: 1000, windowMs: 60_000 }) },
    signup: { network: resolveLimit(options.signup?.network, { max: 1000, windowMs: 60_000 }) },
    passwordReset: {
      network: resolveLimit(options.passwordReset?.network, { max: 30, windowMs: 3600_000 }),
    },
  };
}

function resolveMessages(
  { recipient, account, network, all }: MessageLimitOptions,
  most: { network: number; all: number },
): MessageCaps {
  return {
    recipient: resolveLimit(recipient, { max: 10, windowMs: HOUR_MS }),
    account: resolveLimit(account, { max: 10, windowMs: HOUR_MS }),
    network: resolveLimit(network, { max: most.network, windowMs: HOUR_MS }),
    all: resolveLimit(all, { max: most.all, windowMs: HOUR_MS }),
  };
}

function resolveLimit(
  options: LimitOptions | false | undefined,
  defaults: ResolvedLimit,
): ResolvedLimit | undefined {
  if (options === false) return undefined;
  return {
    max: options?.max ?? defaults.max,
    windowMs: options?.window === undefined ? defaults.windowMs : milliseconds(options.window),
  };
}

function resolveFlood(
  options: FloodOptions | false,
  { report }: SectionContext,
): ResolvedFloodOptions | undefined {
  if (options === false) return undefined;
  const alert = options.alert ?? 100;
  const restrict = options.restrict ?? Math.max(1000, alert);
  if (restrict < alert) {
    report.addRule(
      'rateLimits.login.flood.restrict',
      'is below rateLimits.login.flood.alert (default 100); raise it',
    );
  }
  return {
    alert,
    restrict,
    unknownClients: options.unknownClients ?? 60,
    windowMs: milliseconds(options.window ?? 60),
  };
}
