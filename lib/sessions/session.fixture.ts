import type { SessionWithUser } from './session';

export const AT = new Date('2026-03-01T10:00:00Z');

/** A session and its user as the database gives them. */
export function row(id: string, userId: string, revokedAt: Date | null = null): SessionWithUser {
  return {
    session: {
      id,
      userId,
      generation: 0,
      refreshSalt: '',
      delivery: 'json',
      authMethod: 'password',
      amr: ['pwd'],
      authTime: AT,
      deviceId: null,
      deviceName: null,
      deviceType: null,
      browser: null,
      os: null,
      network: null,
      country: null,
      city: null,
      latitudeE2: null,
      longitudeE2: null,
      ipAddress: null,
      userAgent: null,
      createdAt: AT,
      lastActivityAt: AT,
      rotatedAt: null,
      refreshExpiresAt: AT,
      expiresAt: AT,
      revokedAt,
      revokeReason: null,
    },
    user: {
      id: userId,
      email: 'a@example.com',
      username: null,
      phone: null,
      firstName: null,
      lastName: null,
      locale: null,
      timezone: null,
      metadata: {},
      isEmailVerified: false,
      isPhoneVerified: false,
      isActive: true,
      hasPassword: true,
      passwordChangedAt: AT,
      passwordChangeRequired: false,
      passwordRecoveredBy: null,
      securityVersion: 1,
      createdAt: AT,
      updatedAt: AT,
    },
  };
}
