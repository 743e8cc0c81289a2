const LIVE = 'revoked_at IS NULL';

/** What holds after every experiment, as queries that count the rows which break it (security requirements, 2.7). */
export const INVARIANTS: Readonly<Record<string, string>> = {
  'account without a password': `SELECT COUNT(*) FROM nauth_users u WHERE NOT EXISTS
    (SELECT 1 FROM nauth_password_credentials c WHERE c.user_id = u.id)`,
  'password without an account': `SELECT COUNT(*) FROM nauth_password_credentials c WHERE NOT EXISTS
    (SELECT 1 FROM nauth_users u WHERE u.id = c.user_id)`,
  'two accounts with one address': `SELECT COUNT(*) FROM
    (SELECT email FROM nauth_users GROUP BY email HAVING COUNT(*) > 1) doubled`,
  'account that no event tells of': `SELECT COUNT(*) FROM nauth_users u WHERE NOT EXISTS
    (SELECT 1 FROM nauth_audit_events e WHERE e.user_id = u.id AND e.type = 'ACCOUNT_CREATED')`,
  'account without its first session': `SELECT COUNT(*) FROM nauth_users u WHERE NOT EXISTS
    (SELECT 1 FROM nauth_sessions s WHERE s.user_id = u.id)`,
  'event of an account that there is not': `SELECT COUNT(*) FROM nauth_audit_events e
    WHERE e.type = 'ACCOUNT_CREATED' AND e.status = 'SUCCESS' AND NOT EXISTS (SELECT 1 FROM nauth_users u WHERE u.id = e.user_id)`,
  'session that no event tells of': `SELECT COUNT(*) FROM nauth_sessions s WHERE NOT EXISTS
    (SELECT 1 FROM nauth_audit_events e WHERE e.session_id = s.id AND e.type = 'SESSION_CREATED')`,
  'event of a session that there is not': `SELECT COUNT(*) FROM nauth_audit_events e
    WHERE e.type = 'SESSION_CREATED' AND NOT EXISTS (SELECT 1 FROM nauth_sessions s WHERE s.id = e.session_id)`,
  'rotations that are not those of the trail': `SELECT COUNT(*) FROM nauth_sessions s WHERE s.generation <>
    (SELECT COUNT(*) FROM nauth_audit_events e
      WHERE e.session_id = s.id AND e.type = 'TOKEN_REFRESHED' AND e.status = 'SUCCESS')`,
  'refresh token that outlives its session': `SELECT COUNT(*) FROM nauth_sessions WHERE refresh_expires_at > expires_at`,
  'ended session without a reason': `SELECT COUNT(*) FROM nauth_sessions
    WHERE NOT (${LIVE}) AND revoke_reason IS NULL`,
  'ended session that instances are not told of': `SELECT COUNT(*) FROM nauth_sessions s WHERE NOT (s.${LIVE}) AND NOT EXISTS
    (SELECT 1 FROM nauth_session_changes n WHERE n.session_id = s.id OR n.user_id = s.user_id)`,
  'live session of a disabled account': `SELECT COUNT(*) FROM nauth_sessions s
    JOIN nauth_users u ON u.id = s.user_id WHERE s.${LIVE} AND NOT u.is_active`,
  'transient entry without an end': `SELECT COUNT(*) FROM nauth_transient WHERE expires_at_ms IS NULL OR expires_at_ms <= 0`,
};
