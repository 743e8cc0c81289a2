import type {
  FloodOptions,
  LimitOptions,
  RateLimitsOptions,
  ResolvedFloodOptions,
  ResolvedLimit,
  ResolvedRateLimitsOptions,
} from '../../rate-limit';
import { duration, section, switchableSection, wholeNumber } from '../fields';
import { milliseconds, type SectionContext } from '../section-context';

const MOST = 1_000_000;

const limit = () => switchableSection<LimitOptions>({ max: wholeNumber(1, MOST), window: duration() });

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
  signup: section<NonNullable<RateLimitsOptions['signup']>>({ network: limit() }),
});

export function resolveRateLimits(
  options: RateLimitsOptions,
  context: SectionContext,
): ResolvedRateLimitsOptions {
  return {
    login: {
      network: resolveLimit(options.login?.network, { max: 50, windowMs: 15 * 60_000 }),
      flood: resolveFlood(options.login?.flood ?? {}, context),
    },
    refresh: { network: resolveLimit(options.refresh?.network, { max: 300, windowMs: 15 * 60_000 }) },
    signup: { network: resolveLimit(options.signup?.network, { max: 1000, windowMs: 60_000 }) },
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
