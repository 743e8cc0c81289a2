import type { Surgery } from './break-on-purpose';

/**
 * The mistake: whether a step or a backup code has been used is only read when the answer is looked at, and not asked again
 * by the statement that uses it up. A look within the unit of work would not do as the mistake: sign-ins of one account
 * that finish at once queue for its row, so that each would see what the one before it used up.
 */
export function useCodesByReadingFirst({ part, dataSource }: Surgery): void {
  const mfa = part('nauth.mfaRepository');
  Reflect.set(mfa, 'acceptTotpStep', async (userId: string, step: number): Promise<boolean> => {
    await dataSource
      .createQueryBuilder()
      .update('nauth_mfa_accounts')
      .set({ totp_step: step })
      .where('user_id = :userId', { userId })
      .execute();
    return true;
  });
  Reflect.set(mfa, 'useBackupCode', async (userId: string, hashes: string[], at: Date): Promise<boolean> => {
    await dataSource
      .createQueryBuilder()
      .update('nauth_mfa_backup_codes')
      .set({ used_at: at })
      .where('user_id = :userId AND code_hash IN (:...hashes)', { userId, hashes })
      .execute();
    return true;
  });
}
