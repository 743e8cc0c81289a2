import type { MfaMethodName } from '../contracts';

/** A second factor of an account, proved once. */
export interface MfaDevice {
  id: string;
  userId: string;
  type: MfaMethodName;
  /** What an account can have once only: 'sms', 'email'; the digest of a credential id; the id where there may be many. */
  slot: string;
  name: string;
  isActive: boolean;
  /** When it was last made the preferred one; the latest is. */
  preferredAt: Date | null;
  /** A TOTP seed, sealed. */
  secret: string | null;
  /** The address or number that codes go to, canonical. */
  target: string | null;
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** A factor that has been asked for and is not proved yet. It counts for nothing (R085). */
export interface PendingFactor {
  /** Becomes the id of the factor; another one each time that set-up is begun. */
  id: string;
  userId: string;
  type: MfaMethodName;
  /** The session or challenge that began it; nobody else can end it. */
  binding: string;
  secret: string | null;
  target: string | null;
  createdAt: Date;
  expiresAt: Date;
}

/** What stands about second factors with an account. */
export interface MfaAccount {
  userId: string;
  /** Active factors. */
  factors: number;
  backupCodesLeft: number;
  /** An administrator has freed the account from having to set a factor up. */
  exemption: { at: Date; by: string | null; reason: string } | null;
  /** Since when the policy asks the account for a factor that it has not got. */
  requiredSince: Date | null;
}
