import type { DeviceType } from './session';

/** In JSON delivery the token of the device, which takes the place of the one that it had; in cookie delivery its cookie. */
export interface TrustDeviceResponse {
  deviceToken?: string;
}

/** Whether the user trusts the device of this session. */
export interface IsTrustedDeviceResponse {
  trusted: boolean;
}

/** A device on which its user is spared the second factor. */
export interface TrustedDeviceInfo {
  id: string;
  /** The same as `id`, and as `deviceId` of sessions. */
  deviceId: string;
  /** For people, such as 'Firefox, Windows'. */
  deviceName: string | null;
  deviceType: DeviceType;
  /** From which it signed in last; of an IPv6 address the /64. */
  ipAddress: string | null;
  platform: string | null;
  browser: string | null;
  /** ISO 8601, UTC, and so the next two. */
  trustedUntil: string;
  lastUsedAt: string;
  createdAt: string;
  /** The device of this session. */
  isCurrent: boolean;
}

export interface TrustedDevicesResponse {
  trustedDevices: TrustedDeviceInfo[];
}

export interface RevokedResponse {
  success: true;
}

export interface RevokedCountResponse {
  revokedCount: number;
}
