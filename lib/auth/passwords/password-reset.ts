import { createHash } from 'node:crypto';
import type { NAuthErrorCode } from '../../contracts';
import type { User } from '../../users';
import type { CodePurpose, CodeRefusal } from '../../verification';

/** The two kinds of codes that let somebody set a password: asked for by the user, or by an administrator. */
export type ResetPurpose = Extract<CodePurpose, 'password-reset' | 'admin-password-reset'>;

/** R116: a text message is read by more people than a mailbox, so its code lives no longer than this. */
export const LONGEST_SMS_CODE_MS = 10 * 60_000;

export const RESET_REFUSALS: Readonly<Record<CodeRefusal, NAuthErrorCode>> = {
  invalid: 'PASSWORD_RESET_CODE_INVALID',
  expired: 'PASSWORD_RESET_CODE_EXPIRED',
  exhausted: 'PASSWORD_RESET_MAX_ATTEMPTS',
};

/** Whose code it is: that of the account, or of a name that has none, which has codes of its own (R016). */
export function resetSubject(user: User | null, name: string): string {
  return user?.id ?? createHash('sha256').update(name).digest('base64url');
}
