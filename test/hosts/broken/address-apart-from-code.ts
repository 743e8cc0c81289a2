import { setTimeout as sleep } from 'node:timers/promises';
import type { Surgery } from './break-on-purpose';

interface Code {
  purpose: string;
  subject: string;
  target: string;
}
type Replace = (code: Code, cutoff: Date, keepsLife: boolean) => Promise<boolean>;

/** The mistake: the address that a code stands for is written by itself, a moment after the code (CVE-2026-32700). */
export function addressApartFromCode({ part, dataSource }: Surgery): void {
  const codes = part('nauth.oneTimeCodeRepository');
  const replace: Replace = Reflect.get(codes, 'replace');
  let turn = 0;
  Reflect.set(codes, 'replace', async (code: Code, cutoff: Date, keepsLife: boolean) => {
    const replaced = await replace.call(codes, code, cutoff, keepsLife);
    turn += 1;
    // The transaction in hand has to end first: it holds the row. Every other one takes longer.
    void sleep(turn % 2 === 0 ? 400 : 700).then(() =>
      dataSource
        .createQueryBuilder()
        .update('nauth_one_time_codes')
        .set({ target: code.target })
        .where('purpose = :purpose AND subject = :subject', { purpose: code.purpose, subject: code.subject })
        .execute(),
    );
    return replaced;
  });
}
