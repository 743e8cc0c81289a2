import { NAuthException } from '../errors';
import type { SessionWithUser } from './session';

/**
 * Whether a session still stands: 'ended' when revoked or of a disabled account, 'expired' past its absolute end or idle
 * for too long (R055).
 */
export function standing(
  { session, user }: SessionWithUser,
  now: number,
  idleTimeoutMs: number | undefined,
): 'stands' | 'ended' | 'expired' {
  if (session.revokedAt !== null || !user.isActive) return 'ended';
  const idle = idleTimeoutMs !== undefined && now - session.lastActivityAt.getTime() >= idleTimeoutMs;
  return now >= session.expiresAt.getTime() || idle ? 'expired' : 'stands';
}

/** @throws {NAuthException} AUTH_SESSION_NOT_FOUND, AUTH_SESSION_EXPIRED */
export function assertSessionStands(
  found: SessionWithUser | null,
  now: number,
  idleTimeoutMs: number | undefined,
): asserts found is SessionWithUser {
  const state = found ? standing(found, now, idleTimeoutMs) : 'ended';
  if (state === 'ended') throw new NAuthException('AUTH_SESSION_NOT_FOUND');
  if (state === 'expired') throw new NAuthException('AUTH_SESSION_EXPIRED');
}
