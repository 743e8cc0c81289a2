import type { RiskRule } from '../risk-rule';

/** Whoever reads the mailbox of the owner can reset the password. */
export const recentPasswordReset: RiskRule = {
  trigger: 'recent_password_reset',
  weight: 25,
  find: ({ passwordReset }) => {
    if (passwordReset === null) return 'unknown';
    return passwordReset ? 'present' : 'absent';
  },
};
