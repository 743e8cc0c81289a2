import type { LoginOptions, ResolvedLoginOptions, ResolvedSignupOptions, SignupOptions } from '../../users';
import { flag, oneOf, section } from '../fields';

export const signupSchema = section<SignupOptions>({
  enabled: flag(),
  verificationMethod: oneOf(['none'], ['email', 'phone', 'both']),
  allowDuplicatePhones: flag(),
});

export const loginSchema = section<LoginOptions>({
  identifierType: oneOf(['email', 'username', 'phone', 'email_or_username']),
});

export function resolveSignup(options: SignupOptions): ResolvedSignupOptions {
  return {
    enabled: options.enabled ?? true,
    verificationMethod: options.verificationMethod ?? 'none',
    allowDuplicatePhones: options.allowDuplicatePhones ?? false,
  };
}

export function resolveLogin(options: LoginOptions): ResolvedLoginOptions {
  return { identifierType: options.identifierType };
}
