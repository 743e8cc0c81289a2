/** A second factor that an account can have. */
export type MfaMethodName = 'totp' | 'sms' | 'email' | 'passkey';

/** By what a second factor is shown at sign-in: one of the factors, or a backup code. */
export type MfaAnswerMethod = MfaMethodName | 'backup';

export type MfaEnforcement = 'OPTIONAL' | 'REQUIRED' | 'ADAPTIVE';

/** Answer of GET /mfa/status. */
export interface MfaStatus {
  /** True when the account has a second factor. */
  enabled: boolean;
  /** True when the policy asks this account for one. */
  required: boolean;
  /** Methods that are set up. */
  methods: MfaMethodName[];
  /** The same under the name that servers of this design give it. */
  configuredMethods: MfaMethodName[];
  /** Methods that can be set up. */
  availableMethods: MfaMethodName[];
  hasBackupCodes: boolean;
  /** Backup codes that have not been used. */
  backupCodesRemaining: number;
  preferredMethod?: MfaMethodName;
  mfaExempt: boolean;
  mfaExemptReason: string | null;
  /** ISO 8601, UTC. */
  mfaExemptGrantedAt: string | null;
}

/** A second factor as its owner sees it. Times are ISO 8601 in UTC. */
export interface MfaDeviceInfo {
  id: string;
  type: MfaMethodName;
  name: string;
  isPreferred: boolean;
  isActive: boolean;
  createdAt: string;
  lastUsedAt: string | null;
}

export interface MfaDevicesResponse {
  devices: MfaDeviceInfo[];
}

export interface MfaAvailableMethodsResponse {
  availableMethods: MfaMethodName[];
}

/** Body of POST /mfa/setup-data. */
export interface MfaSetupRequest {
  methodName: string;
  setupData?: Record<string, unknown>;
}

export interface MfaSetupResponse {
  setupData: Record<string, unknown>;
}

/** Body of POST /mfa/verify-setup. */
export interface MfaVerifySetupRequest extends MfaSetupRequest {
  setupData: Record<string, unknown>;
  /** How the list of factors names it. */
  deviceName?: string;
}

export interface MfaVerifySetupResponse {
  deviceId: string;
}

/** Body of POST /mfa/challenge-data. */
export interface MfaChallengeRequest {
  /** 'totp', 'sms', 'email' or 'passkey'. */
  method: string;
}

/** Body of POST /mfa/verify. */
export interface MfaVerifyRequest {
  /** 'totp', 'sms', 'email', 'passkey' or 'backup'. */
  method: string;
  code?: string;
  /** Which of several. */
  deviceId?: string;
  /** The answer to the options of a passkey. */
  credential?: Record<string, unknown>;
}

export interface MfaVerifyResponse {
  verified: true;
  method: MfaAnswerMethod;
}

/** Body of PUT /mfa/devices/:deviceId. */
export interface MfaRenameDeviceRequest {
  /** 64 characters at most. */
  name: string;
}

export interface MfaRemoveDeviceResponse {
  removedDeviceId: string;
  removedMethod: MfaMethodName;
  /** True when it was the last one. */
  mfaDisabled: boolean;
}

export interface MfaMessageResponse {
  message: string;
}

export interface MfaBackupCodesResponse {
  /** Shown once; each works once. */
  codes: string[];
}

/** Body of POST /admin/mfa/exemption. */
export interface MfaExemptionRequest {
  sub: string;
  exempt: boolean;
  /** Wanted for an exemption. */
  reason?: string;
}

export interface MfaExemptionResponse {
  mfaExempt: boolean;
  mfaExemptReason: string | null;
  mfaExemptGrantedAt: string | null;
}

/** Told at sign-in while an account without a second factor still gets tokens, though the policy asks for one. */
export interface MfaGracePeriod {
  active: true;
  /** ISO 8601, UTC. */
  endsAt: string;
  /** Begun days count as whole. */
  daysRemaining: number;
  enforcement: MfaEnforcement;
}
