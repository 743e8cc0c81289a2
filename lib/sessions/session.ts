import type { AuthMethod, DeviceType, SessionEndReason, TokenDeliveryMethod } from '../contracts';
import type { User } from '../users';

/**
 * Why a sign-in was not asked for the second factor of its account: the device was trusted, adaptive MFA allowed a risk of
 * this level, or second factors were switched off, whether the account had one or not.
 */
export type MfaSparedBy = 'trusted_device' | `${'low' | 'medium' | 'high'}_risk` | 'mfa_off';

/** A session row. It is also the refresh family: `generation` names the one refresh token that is live. */
export interface Session {
  id: string;
  userId: string;
  generation: number;
  /** Random per session; part of every refresh token's MAC, worthless without the server's key (R051). */
  refreshSalt: string;
  delivery: TokenDeliveryMethod;
  authMethod: AuthMethod;
  amr: string[];
  /**
   * What spared it the second factor, for as long as it lacks one. Null where nothing did: the factor was shown, the account
   * had none, or the session is older than this note.
   */
  mfaSparedBy: MfaSparedBy | null;
  /** When the user last proved who they are. */
  authTime: Date;
  /** The device that it was opened on; it may be forgotten since. Null outside of a request. */
  deviceId: string | null;
  deviceName: string | null;
  /** Of the user agent that it was opened with, and so the next two. */
  deviceType: DeviceType | null;
  browser: string | null;
  os: string | null;
  /** From which it was opened; see `ClientInfo.network`. Rotation does not move it: it stands for a sign-in. */
  network: string | null;
  /** Where it was opened, as far as it is known: ISO 3166-1 alpha-2, and a name. */
  country: string | null;
  city: string | null;
  /** Its coordinates, in hundredths of a degree: no nearer than a risk assessment needs them. */
  latitudeE2: number | null;
  longitudeE2: number | null;
  ipAddress: string | null;
  userAgent: string | null;
  createdAt: Date;
  lastActivityAt: Date;
  /** When the live generation replaced its parent, by the clock of the database; null before the first rotation. */
  rotatedAt: Date | null;
  /** End of the live refresh token. */
  refreshExpiresAt: Date;
  /** Absolute end, never moved (R055). */
  expiresAt: Date;
  revokedAt: Date | null;
  revokeReason: SessionEndReason | null;
}

export interface SessionWithUser {
  session: Session;
  user: User;
}
