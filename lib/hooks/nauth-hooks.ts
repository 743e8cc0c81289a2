import type {
  AddressVerifiedPayload,
  AfterLoginPayload,
  AfterLogoutPayload,
  AfterSessionRevokePayload,
  AfterSignupPayload,
  AttackSuspectedPayload,
  AuditFailedPayload,
  BeforeLoginPayload,
  BeforeLogoutPayload,
  BeforeSessionRevokePayload,
  BeforeSignupPayload,
  HookClient,
  LoginFailedPayload,
  MfaDeviceRemovedPayload,
  MfaMethodAddedPayload,
  PasswordChangePayload,
  RefreshPayload,
  RefreshReusePayload,
  UserUpdatedPayload,
} from './hook-payloads';

/** Every hook and what it is given. No payload holds a password, token, code or hash (R127). */
export interface NAuthHooks {
  beforeSignup: BeforeSignupPayload;
  afterSignup: AfterSignupPayload;
  afterEmailVerified: AddressVerifiedPayload;
  afterPhoneVerified: AddressVerifiedPayload;
  beforeLogin: BeforeLoginPayload;
  afterLogin: AfterLoginPayload;
  loginFailed: LoginFailedPayload;
  beforeRefresh: RefreshPayload;
  afterRefresh: RefreshPayload;
  refreshReuse: RefreshReusePayload;
  beforeLogout: BeforeLogoutPayload;
  afterLogout: AfterLogoutPayload;
  beforeSessionRevoke: BeforeSessionRevokePayload;
  afterSessionRevoke: AfterSessionRevokePayload;
  beforePasswordChange: PasswordChangePayload;
  afterPasswordChange: PasswordChangePayload;
  userUpdated: UserUpdatedPayload;
  mfaMethodAdded: MfaMethodAddedPayload;
  mfaDeviceRemoved: MfaDeviceRemovedPayload;
  attackSuspected: AttackSuspectedPayload;
  auditFailed: AuditFailedPayload;
}

export type HookName = keyof NAuthHooks;

/** Hooks that are asked before something is done, and may refuse it. */
export type BeforeHookName = Extract<HookName, `before${string}`>;

const names: Record<HookName, true> = {
  beforeSignup: true,
  afterSignup: true,
  afterEmailVerified: true,
  afterPhoneVerified: true,
  beforeLogin: true,
  afterLogin: true,
  loginFailed: true,
  beforeRefresh: true,
  afterRefresh: true,
  refreshReuse: true,
  beforeLogout: true,
  afterLogout: true,
  beforeSessionRevoke: true,
  afterSessionRevoke: true,
  beforePasswordChange: true,
  afterPasswordChange: true,
  userUpdated: true,
  mfaMethodAdded: true,
  mfaDeviceRemoved: true,
  attackSuspected: true,
  auditFailed: true,
};

export function isHookName(value: unknown): value is HookName {
  return typeof value === 'string' && Object.hasOwn(names, value);
}

export const hookNames: readonly HookName[] = Object.freeze(Object.keys(names).filter(isHookName));

/** What a hook is called with: its payload and who asked, as a frozen copy. */
export type HookEvent<K extends HookName = HookName> = Readonly<NAuthHooks[K]> & {
  /** null outside of a request. */
  readonly client: HookClient | null;
};

export interface HookContext {
  /** Aborted at the time limit (`hooks.timeout`); nobody waits for the hook from then on. */
  readonly signal: AbortSignal;
}

/** A hook. What it returns is ignored, but a promise is waited for. */
export type HookHandler<K extends HookName = HookName> = (
  event: HookEvent<K>,
  context: HookContext,
) => unknown;
