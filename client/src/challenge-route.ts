import type { ChallengeName, ChallengeResponse } from '../../lib/contracts';

/** Pages of a front end, one for each kind of step. */
export type ChallengeRouteName =
  | 'verify-email'
  | 'verify-phone'
  | 'mfa-required'
  | 'mfa-required/passkey'
  | 'mfa-selector'
  | 'mfa-setup-required'
  | 'force-change-password';

const ROUTES: Record<Exclude<ChallengeName, 'MFA_REQUIRED'>, ChallengeRouteName> = {
  VERIFY_EMAIL: 'verify-email',
  VERIFY_PHONE: 'verify-phone',
  MFA_SETUP_REQUIRED: 'mfa-setup-required',
  FORCE_CHANGE_PASSWORD: 'force-change-password',
};

/** Steps that are answered with a code that somebody types. */
const TYPED_METHODS = new Set(['totp', 'sms', 'email', 'backup']);

/**
 * The page on which a step is answered, below the base path of those pages. Where several second factors could answer and
 * none is preferred, it is the page on which the user chooses one.
 */
export function challengeRoute(challenge: ChallengeResponse): ChallengeRouteName {
  const { challengeName } = challenge;
  if (challengeName !== 'MFA_REQUIRED') return ROUTES[challengeName];
  const methods = availableMethods(challenge);
  const method = preferredMethod(challenge) ?? (methods.length === 1 ? methods[0] : undefined);
  if (method === undefined) return methods.length > 1 ? 'mfa-selector' : 'mfa-required';
  return method === 'passkey' ? 'mfa-required/passkey' : 'mfa-required';
}

/** Whether VERIFY_PHONE asks for a number before it can ask for a code. */
export function requiresPhoneCollection({ challengeParameters }: ChallengeResponse): boolean {
  return challengeParameters.requiresPhoneCollection === 'true';
}

/** Where the code of a step went, as a hint; undefined for steps that send none. */
export function maskedDestination({ challengeParameters }: ChallengeResponse): string | undefined {
  for (const name of ['codeDeliveryDestination', 'maskedEmail', 'maskedPhone']) {
    const value = challengeParameters[name];
    if (typeof value === 'string') return value;
  }
  return undefined;
}

/** Whether the step is answered with a code. */
export function isCodeChallenge(challenge: ChallengeResponse): boolean {
  const { challengeName } = challenge;
  if (challengeName === 'VERIFY_PHONE') return !requiresPhoneCollection(challenge);
  if (challengeName !== 'MFA_REQUIRED') return challengeName === 'VERIFY_EMAIL';
  const method = preferredMethod(challenge) ?? availableMethods(challenge)[0];
  return method !== undefined && TYPED_METHODS.has(method);
}

function preferredMethod({ challengeParameters }: ChallengeResponse): string | undefined {
  const { preferredMethod: method } = challengeParameters;
  return typeof method === 'string' ? method : undefined;
}

function availableMethods({ challengeParameters }: ChallengeResponse): string[] {
  const { availableMethods: methods } = challengeParameters;
  return Array.isArray(methods)
    ? methods.filter((method): method is string => typeof method === 'string')
    : [];
}
