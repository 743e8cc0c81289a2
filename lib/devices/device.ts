import type { DeviceType } from '../contracts';

/**
 * A client on which a user has signed in. It is known by that, and no more: nothing about it lets a user skip a step
 * before `trustedUntil`, which a sign-in never sets.
 */
export interface Device {
  id: string;
  userId: string;
  /** Of the token that the client keeps; fits this user alone. */
  tokenDigest: string;
  type: DeviceType;
  browser: string | null;
  os: string | null;
  /** From which it signed in last; see `ClientInfo.network`. */
  network: string;
  createdAt: Date;
  /** Its last sign-in, to the hour. */
  lastSeenAt: Date;
  /** End of the user's trust in it; null without. */
  trustedUntil: Date | null;
}
