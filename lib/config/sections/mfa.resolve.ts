import type { MfaMethodName } from '../../contracts';
import type { MfaOptions, ResolvedMfaOptions } from '../../mfa/mfa.options';
import type { ResolvedNotificationOptions } from '../../notifications';
import type { SectionContext } from '../section-context';
import { resolveAdaptive } from './adaptive.schema';
import { requireProvider } from './notifications.resolve';
import { resolvePasskey } from './passkey.resolve';

const DAY_MS = 24 * 3600_000;
const ALL_METHODS: readonly MfaMethodName[] = ['totp', 'sms', 'email', 'passkey'];

/** What second factors take from other sections. */
export interface MfaSurroundings {
  issuer: string | undefined;
  notifications: ResolvedNotificationOptions;
}

export function resolveMfa(
  options: MfaOptions,
  { issuer, notifications }: MfaSurroundings,
  context: SectionContext,
): ResolvedMfaOptions {
  const name = options.issuer ?? (issuer?.includes(':') ? undefined : issuer) ?? 'nauth';
  const passkey = resolvePasskey(options.passkey, name, context.report);
  if (options.enabled) checkMethods(options, notifications, context);
  return {
    enabled: options.enabled ?? false,
    enforcement: options.enforcement ?? 'OPTIONAL',
    gracePeriodMs: (options.gracePeriod ?? 0) * DAY_MS,
    requireForSocialLogin: options.requireForSocialLogin ?? true,
    allowedMethods: [...(options.allowedMethods ?? ALL_METHODS)],
    issuer: name,
    totp: {
      window: options.totp?.window ?? 1,
      stepSeconds: options.totp?.stepSeconds ?? 30,
      digits: options.totp?.digits ?? 6,
      algorithm: options.totp?.algorithm ?? 'sha1',
    },
    passkey,
    backup: {
      enabled: options.backup?.enabled ?? true,
      codeCount: options.backup?.codeCount ?? 10,
      codeLength: options.backup?.codeLength ?? 16,
    },
    rememberDevices: options.rememberDevices ?? 'user_opt_in',
    rememberDeviceMs: (options.rememberDeviceDays ?? 30) * DAY_MS,
    bypassMFAForTrustedDevices: options.bypassMFAForTrustedDevices ?? true,
    adaptive: resolveAdaptive(
      options.adaptive ?? {},
      options.enabled === true && options.enforcement === 'ADAPTIVE',
      context,
    ),
  };
}

/** A method that is named has to work; one that is merely not excluded is left out where it cannot. */
function checkMethods(
  { allowedMethods = [], passkey }: MfaOptions,
  notifications: ResolvedNotificationOptions,
  context: SectionContext,
): void {
  for (const channel of ['sms', 'email'] as const) {
    if (allowedMethods.includes(channel)) {
      requireProvider(channel, `mfa.allowedMethods '${channel}'`, notifications, context);
    }
  }
  if (allowedMethods.includes('passkey') && !passkey) {
    context.report.addRule(
      'mfa.passkey',
      "is missing; mfa.allowedMethods has 'passkey', give rpId and origin",
    );
  }
}
