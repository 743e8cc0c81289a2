import type { Session } from '../../sessions';
import type { SessionRow } from '../entities';

export function mapSession(row: SessionRow): Session {
  return {
    id: row.id,
    userId: row.userId,
    generation: row.generation,
    refreshSalt: row.refreshSalt,
    delivery: row.delivery,
    authMethod: row.authMethod,
    amr: row.amr,
    mfaSparedBy: row.mfaSparedBy,
    authTime: row.authTime,
    deviceId: row.deviceId,
    deviceName: row.deviceName,
    deviceType: row.deviceType,
    browser: row.browser,
    os: row.os,
    network: row.network,
    country: row.country,
    city: row.city,
    latitudeE2: row.latitudeE2,
    longitudeE2: row.longitudeE2,
    ipAddress: row.ipAddress,
    userAgent: row.userAgent,
    createdAt: row.createdAt,
    lastActivityAt: row.lastActivityAt,
    rotatedAt: row.rotatedAt,
    refreshExpiresAt: row.refreshExpiresAt,
    expiresAt: row.expiresAt,
    revokedAt: row.revokedAt,
    revokeReason: row.revokeReason,
  };
}
