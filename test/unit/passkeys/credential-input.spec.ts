import { describe, expect, it } from 'vitest';
import { authenticatorName } from '../../../lib/mfa/passkey/authenticator-names';
import { parseAssertion, parseRegistration } from '../../../lib/mfa/passkey/credential-input';
import { verifyRegistration } from '../../../lib/mfa/passkey/registration-verifier';
import { ORIGIN, RP_ID, SoftwareAuthenticator } from '../../support/passkeys/software-authenticator';

const rules = { rpId: RP_ID, origin: [ORIGIN], requireUserVerification: true };
const challenge = Buffer.alloc(32, 9).toString('base64url');
const isChallenge = (given: string) => given === challenge;
const options = { challenge, rp: { id: RP_ID }, user: { id: 'AAAA' }, excludeCredentials: [] };

/** What a browser would send for this attestation object. */
function withAttestation(bytes: Buffer): Record<string, unknown> {
  const made = new SoftwareAuthenticator().create(options);
  const response = { ...(made.response as object), attestationObject: bytes.toString('base64url') };
  return { ...made, response };
}

describe('what browsers send', () => {
  it('is taken with every field that is known, and no other', () => {
    const authenticator = new SoftwareAuthenticator();
    const made = authenticator.create(options);
    const parsed = parseRegistration({
      ...made,
      extra: 1,
      clientExtensionResults: { credProps: { rk: true } },
    });
    expect(parsed.transports).toEqual(['internal', 'hybrid']);
    expect(Object.keys(parsed.response)).not.toContain('extra');
    const used = parseAssertion(authenticator.get(options));
    expect([used.credentialId, used.userHandle]).toEqual([authenticator.id, 'AAAA']);
  });

  it('has words for transports, each once', () => {
    const made = new SoftwareAuthenticator().create(options);
    const response = { ...(made.response as object), transports: ['usb', 'usb', '<b>', 'smart-card', ''] };
    expect(parseRegistration({ ...made, response }).transports).toEqual(['usb', 'smart-card']);
  });

  it('may have an id of 1023 bytes and no more (R098)', async () => {
    const longest = new SoftwareAuthenticator().create(options, { credentialId: Buffer.alloc(1023, 1) });
    expect(await verifyRegistration(longest, isChallenge, rules)).toMatchObject({ counter: 1 });
    const longer = new SoftwareAuthenticator().create(options, { credentialId: Buffer.alloc(1024, 1) });
    await expect(verifyRegistration(longer, isChallenge, rules)).rejects.toMatchObject({
      reason: 'passkey_malformed',
    });
  });

  it('says the same id as the authenticator', async () => {
    const made = new SoftwareAuthenticator().create(options);
    const other = Buffer.alloc(32, 5).toString('base64url');
    await expect(
      verifyRegistration({ ...made, id: other, rawId: other }, isChallenge, rules),
    ).rejects.toMatchObject({ reason: 'passkey_not_verified' });
  });

  it('has one spelling', () => {
    const made = new SoftwareAuthenticator().get(options);
    for (const id of [`${String(made.id)}=`, `${String(made.id)} `, String(made.id).slice(0, -1) + '_']) {
      expect(() => parseAssertion({ ...made, id, rawId: id })).toThrow('passkey_malformed');
    }
  });

  it.each([
    ['lists within lists', Buffer.alloc(8000, 0x81)],
    ['maps within maps', Buffer.alloc(8000, 0xa1)],
    ['a list of 2^56 entries', Buffer.from('9b00ffffffffffffff', 'hex')],
    ['a text of 2^56 bytes', Buffer.from('7b00ffffffffffffff', 'hex')],
    ['a list without end', Buffer.alloc(8000, 0x9f)],
    ['noise', Buffer.from('ff00ff00', 'hex')],
  ])('is looked at within a bound: %s (R102)', async (_, bytes) => {
    const started = process.cpuUsage();
    await expect(verifyRegistration(withAttestation(bytes), isChallenge, rules)).rejects.toMatchObject({
      name: 'PasskeyRefusal',
    });
    expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
  });

  it('may name an authenticator that is known', () => {
    expect(authenticatorName('BADA5566-A7AA-401F-BD96-45619A55120D')).toBe('1Password');
    expect(authenticatorName('dd4ec289-e01d-41c9-bb89-70fa845d4bf2')).toBe('iCloud Keychain (Managed)');
    expect(authenticatorName('00000000-0000-0000-0000-000000000000')).toBe('Passkey');
  });
});
