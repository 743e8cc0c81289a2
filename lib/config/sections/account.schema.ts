import type { LoginOptions, ResolvedLoginOptions, ResolvedSignupOptions, SignupOptions } from '../../users';
import type { ResolvedNotificationOptions } from '../../notifications';
import { flag, oneOf, section } from '../fields';
import type { SectionContext } from '../section-context';
import { requireProvider } from './notifications.resolve';
import { emailVerificationSchema, phoneVerificationSchema, resolveVerification } from './verification.schema';

export const signupSchema = section<SignupOptions>({
  enabled: flag(),
  verificationMethod: oneOf(['none', 'email', 'phone', 'both']),
  allowDuplicatePhones: flag(),
  discloseExisting: flag(),
  emailVerification: emailVerificationSchema,
  phoneVerification: phoneVerificationSchema,
});

export const loginSchema = section<LoginOptions>({
  identifierType: oneOf(['email', 'username', 'phone', 'email_or_username']),
});

export function resolveSignup(
  options: SignupOptions,
  notifications: ResolvedNotificationOptions,
  context: SectionContext,
): ResolvedSignupOptions {
  const { verificationMethod = 'none' } = options;
  const feature = `signup.verificationMethod '${verificationMethod}'`;
  if (verificationMethod === 'email' || verificationMethod === 'both') {
    requireProvider('email', feature, notifications, context);
  }
  if (verificationMethod === 'phone' || verificationMethod === 'both') {
    requireProvider('sms', feature, notifications, context);
  }
  if (options.allowDuplicatePhones && /phone|both/.test(verificationMethod)) {
    context.report.addRule(
      'signup.allowDuplicatePhones',
      `must be false with ${feature}; a proved number belongs to one account`,
    );
  }
  const path = 'signup.emailVerification';
  return {
    enabled: options.enabled ?? true,
    verificationMethod,
    allowDuplicatePhones: options.allowDuplicatePhones ?? false,
    discloseExisting: options.discloseExisting ?? false,
    emailVerification: resolveVerification(path, options.emailVerification ?? {}, 10 * 60, context),
    phoneVerification: resolveVerification(
      'signup.phoneVerification',
      options.phoneVerification ?? {},
      5 * 60,
      context,
    ),
  };
}

export function resolveLogin(options: LoginOptions): ResolvedLoginOptions {
  return { identifierType: options.identifierType };
}
