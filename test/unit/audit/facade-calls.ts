import type { AuditEventType, AuthResponseDTO, NAuthCore } from '@nauth-toolkit/nestjs';
import { freshEmail, PASSWORD, request } from './support';

/** A member, signed in, for calls of their own. */
export interface Caller {
  core: NAuthCore;
  email: string;
  sub: string;
  refreshToken: string;
  sessionId: string;
  /** Runs `work` as a request of the member. */
  as: <T>(work: () => Promise<T>) => Promise<T>;
  /** Runs `work` as a request of nobody. */
  anonymous: <T>(work: () => Promise<T>) => Promise<T>;
}

/** How a method that changes something is shown to write an event: by a refusal, and by what it is for. */
export interface WritingCall {
  event: AuditEventType;
  /** Default: the method is called with a field that it does not know. Null for one that refuses nobody who is signed in. */
  refuse?: ((caller: Caller) => Promise<unknown>) | null;
  /** Null where this needs a challenge or a second factor, of whose suites it is a part. */
  succeed: ((caller: Caller) => Promise<unknown>) | null;
  /** The event of the success, where it is another one. */
  succeedEvent?: AuditEventType;
}

/** A method that changes nothing and so leaves no event. Its name says so too. */
export const READS = 'reads';

/** One entry for each public method of each facade. A method without an entry fails the suite. */
export const facadeCalls: Readonly<Record<string, Readonly<Record<string, WritingCall | typeof READS>>>> = {
  AuthService: {
    signup: {
      event: 'ACCOUNT_CREATED',
      succeed: ({ core, anonymous }) =>
        anonymous(() => core.authService.signup({ email: freshEmail(), password: PASSWORD })),
    },
    login: {
      event: 'LOGIN_FAILED',
      succeed: ({ core, anonymous, email }) =>
        anonymous(() => core.authService.login({ identifier: email, password: PASSWORD })),
      succeedEvent: 'LOGIN_SUCCESS',
    },
    getPasskeyLoginOptions: { event: 'LOGIN_FAILED', succeed: null },
    loginWithPasskey: { event: 'LOGIN_FAILED', succeed: null },
    stepUp: { event: 'STEP_UP_FAILED', succeed: null },
    getStepUpData: { event: 'STEP_UP_FAILED', succeed: null },
    trustDevice: {
      event: 'DEVICE_TRUSTED',
      // Without second factors there is nothing to spare.
      refuse: ({ core, as }) => as(() => core.authService.trustDevice()),
      succeed: null,
    },
    isTrustedDevice: READS,
    listTrustedDevices: READS,
    revokeTrustedDevice: { event: 'DEVICE_UNTRUSTED', succeed: null },
    revokeAllTrustedDevices: {
      event: 'DEVICE_UNTRUSTED',
      refuse: null,
      succeed: null,
    },
    forgotPassword: {
      event: 'PASSWORD_RESET_REQUESTED',
      succeed: ({ core, anonymous, email }) =>
        anonymous(() => core.authService.forgotPassword({ identifier: email })),
    },
    confirmForgotPassword: { event: 'PASSWORD_RESET_COMPLETED', succeed: null },
    confirmAdminResetPassword: { event: 'ADMIN_PASSWORD_RESET_FAILED', succeed: null },
    confirmEmail: { event: 'EMAIL_VERIFICATION_FAILED', succeed: null },
    confirmPhone: { event: 'PHONE_VERIFICATION_FAILED', succeed: null },
    respondToChallenge: { event: 'CHALLENGE_ATTEMPT_FAILED', succeed: null },
    resendCode: { event: 'CHALLENGE_ATTEMPT_FAILED', succeed: null },
    getSetupData: { event: 'CHALLENGE_ATTEMPT_FAILED', succeed: null },
    getChallengeData: { event: 'CHALLENGE_ATTEMPT_FAILED', succeed: null },
    refreshToken: {
      event: 'TOKEN_REFRESHED',
      succeed: ({ core, anonymous, refreshToken }) =>
        anonymous(() => core.authService.refreshToken({ refreshToken })),
    },
    logout: { event: 'SESSION_REVOKED', succeed: ({ core, as }) => as(() => core.authService.logout()) },
    logoutAll: {
      event: 'GLOBAL_SIGNOUT',
      succeed: ({ core, as }) => as(() => core.authService.logoutAll()),
    },
    logoutSession: {
      event: 'SESSION_REVOKED',
      succeed: ({ core, as, sessionId }) => as(() => core.authService.logoutSession({ sessionId })),
    },
    updateProfile: {
      event: 'PROFILE_UPDATED',
      succeed: ({ core, as }) => as(() => core.authService.updateProfile({ firstName: 'Ada' })),
    },
    changePassword: {
      event: 'PASSWORD_CHANGED',
      succeed: ({ core, as }) =>
        as(() =>
          core.authService.changePassword({
            oldPassword: PASSWORD,
            newPassword: 'nine blue lakes in spring',
          }),
        ),
    },
    getUserSessions: READS,
    getProfile: READS,
    getUserAuthHistory: READS,
  },
  MFAService: {
    getMfaStatus: READS,
    getMfaStatusFor: READS,
    getAvailableMethods: READS,
    getUserDevices: READS,
    getUserDevicesFor: READS,
    setup: { event: 'MFA_DEVICE_ADDED', succeed: null },
    verifySetup: { event: 'MFA_DEVICE_ADDED', succeed: null },
    challenge: { event: 'MFA_VERIFICATION_FAILED', succeed: null },
    verify: { event: 'MFA_VERIFICATION_FAILED', succeed: null },
    renameDevice: { event: 'MFA_DEVICE_UPDATED', succeed: null },
    setPreferredDevice: { event: 'MFA_PREFERRED_METHOD_UPDATED', succeed: null },
    removeDevice: { event: 'MFA_DEVICE_REMOVED', succeed: null },
    removeDeviceFor: {
      event: 'MFA_DEVICE_REMOVED',
      refuse: ({ core, as, sub }) => as(() => core.mfaService.removeDeviceFor(sub, { unknown: 1 })),
      succeed: null,
    },
    removeAnyDevice: { event: 'MFA_DEVICE_REMOVED', succeed: null },
    generateBackupCodes: { event: 'MFA_BACKUP_CODES_GENERATED', succeed: null },
    setMfaExemption: {
      event: 'MFA_EXEMPTION_GRANTED',
      succeed: ({ core, as, sub }) =>
        as(() => core.mfaService.setMfaExemption({ sub, exempt: true, reason: 'x' })),
    },
  },
  AdminAuthService: {
    setPassword: {
      event: 'PASSWORD_CHANGED',
      succeed: ({ core, as, sub }) =>
        as(() => core.adminAuthService.setPassword({ sub, newPassword: `${PASSWORD} two` })),
    },
    resetPassword: { event: 'ADMIN_PASSWORD_RESET_FAILED', succeed: null },
    setMustChangePassword: {
      event: 'PASSWORD_FORCE_CHANGE_SET',
      succeed: ({ core, as, sub }) => as(() => core.adminAuthService.setMustChangePassword({ sub })),
    },
    disableUser: {
      event: 'ACCOUNT_DISABLED',
      // By nobody, as it is the member's own account.
      succeed: ({ core, anonymous, sub }) => anonymous(() => core.adminAuthService.disableUser({ sub })),
    },
    enableUser: {
      event: 'ACCOUNT_ENABLED',
      succeed: async ({ core, anonymous, sub }) => {
        await anonymous(() => core.adminAuthService.disableUser({ sub }));
        await anonymous(() => core.adminAuthService.enableUser({ sub }));
      },
    },
    deleteUser: {
      event: 'ACCOUNT_DELETED',
      succeed: ({ core, anonymous, sub }) => anonymous(() => core.adminAuthService.deleteUser({ sub })),
    },
    getUserAuthHistory: READS,
    getEventsByType: READS,
    getSuspiciousActivity: READS,
  },
};

let networks = 0;

/** Somebody new, for one call, from another network: a refusal is recorded once a minute for each kind and network. */
export async function newCaller(core: NAuthCore): Promise<Caller> {
  const email = freshEmail();
  networks += 1;
  const address = `10.${networks >> 8}.${networks & 255}.1`;
  const anonymous: Caller['anonymous'] = (work) => request(core, work, {}, address);
  const signedUp = (await anonymous(() =>
    core.authService.signup({ email, password: PASSWORD }),
  )) as Required<AuthResponseDTO>;
  const as: Caller['as'] = (work) =>
    request(core, work, { authorization: `Bearer ${signedUp.accessToken}` }, address);
  const { sessions } = await as(() => core.authService.getUserSessions());
  return {
    core,
    email,
    sub: String(signedUp.user.sub),
    refreshToken: signedUp.refreshToken,
    sessionId: String(sessions[0]?.sessionId),
    as,
    anonymous,
  };
}
