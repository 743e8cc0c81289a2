import { createHmac, scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deriveKey, type EncryptionKeys } from '../../common';
import { newBackupCode } from './backup-code';
import { BackupCodeDigests } from './backup-code-digests';

const [NEW, OLD] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const [ADA, BEN] = ['0b6f4a52-6a3c-4c63-8d0e-6f5a1f0a9d11', '5e0c7a0e-0f64-4a35-9f5d-6d1b6c1c7b22'];
const ROTATED: EncryptionKeys = {
  current: 'new',
  keys: new Map([
    ['old', OLD],
    ['new', NEW],
  ]),
};

const plainCode = (length: number): string => newBackupCode(length).replaceAll('-', '');

function keyed(secret: Buffer, text: string): string {
  return createHmac('sha256', deriveKey(secret, 'nauth backup code')).update(text).digest('base64url');
}

describe('digests of backup codes (R083)', () => {
  const digests = new BackupCodeDigests(ROTATED);

  it('are keyed, with the account in them', async () => {
    const code = plainCode(13);
    expect(await digests.toStore(ADA, code)).toBe(keyed(NEW, JSON.stringify([ADA, code])));
    expect(await digests.toStore(BEN, code)).not.toBe(await digests.toStore(ADA, code));
  });

  it('of codes below 64 random bits go through scrypt, with a salt for each account', async () => {
    const code = plainCode(12);
    const key = deriveKey(NEW, 'nauth backup code');
    const salts = [ADA, BEN].map((id) => createHmac('sha256', key).update(`salt ${id}`).digest());
    const [hash = '', other] = salts.map((salt) => scryptSync(code, salt, 32).toString('base64url'));
    expect(hash).not.toBe(other);
    expect(await digests.toStore(ADA, code)).toBe(keyed(NEW, JSON.stringify([ADA, hash])));
  });

  it.each([10, 16])(
    'of %i characters are looked for under every key, and stored under the present one',
    async (length) => {
      const code = plainCode(length);
      const former = new BackupCodeDigests({ current: 'old', keys: new Map([['old', OLD]]) });
      expect(await digests.of(ADA, code)).toEqual([
        await digests.toStore(ADA, code),
        await former.toStore(ADA, code),
      ]);
    },
  );
});
