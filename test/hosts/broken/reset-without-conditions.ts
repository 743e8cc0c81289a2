import type { Surgery } from './break-on-purpose';

interface Replacement {
  userId: string;
  securityVersion: number;
}
type Replace = (replacement: Replacement) => Promise<boolean>;

/** The mistake: what was looked at before is taken to be so still. The code is used up, and the password set, in any case. */
export function resetWithoutConditions({ part, dataSource }: Surgery): void {
  Reflect.set(part('nauth.oneTimeCodeRepository'), 'consume', () => Promise.resolve(true));
  const passwords = part('nauth.passwordRepository');
  const replace: Replace = Reflect.get(passwords, 'replace');
  Reflect.set(passwords, 'replace', async (replacement: Replacement): Promise<boolean> => {
    for (;;) {
      const row = await dataSource
        .createQueryBuilder()
        .select('u.security_version', 'version')
        .from('nauth_users', 'u')
        .where('u.id = :userId', replacement)
        .getRawOne<{ version: number }>();
      const securityVersion = Number(row?.version);
      if (await replace.call(passwords, { ...replacement, securityVersion })) return true;
    }
  });
}
