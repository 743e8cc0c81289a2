import { decodeAttestationObject, parseAuthenticatorData } from '@simplewebauthn/server/helpers';
import { describe, expect, it } from 'vitest';
import { verifyAssertion } from '../../../lib/mfa/passkey/assertion-verifier';
import { parseAssertion } from '../../../lib/mfa/passkey/credential-input';
import type { Passkey } from '../../../lib/mfa/passkey/passkey';
import { verifyRegistration } from '../../../lib/mfa/passkey/registration-verifier';
import {
  noneEs256,
  packedEddsa,
  VECTOR_ORIGIN,
  VECTOR_RP_ID,
  type Vector,
} from '../../support/passkeys/w3c-vectors';

const rules = { rpId: VECTOR_RP_ID, origin: [VECTOR_ORIGIN], requireUserVerification: false };

const text = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url');
const is = (challenge: string) => (given: string) => given === text(challenge);

function register({ credentialId, registration }: Vector, change: Partial<typeof rules> = {}) {
  const { challenge, clientDataJSON, attestationObject } = registration;
  const id = text(credentialId);
  const response = { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject) };
  return verifyRegistration({ id, rawId: id, type: 'public-key', response }, is(challenge), {
    ...rules,
    ...change,
  });
}

/** The credential as the vector has it, whether this toolkit would have registered it or not. */
function passkeyOf({ credentialId, registration }: Vector): Passkey {
  const object = decodeAttestationObject(new Uint8Array(Buffer.from(registration.attestationObject, 'hex')));
  const { credentialPublicKey, flags } = parseAuthenticatorData(object.get('authData'));
  return {
    deviceId: 'd',
    userId: 'u',
    credentialId: text(credentialId),
    publicKey: Buffer.from(credentialPublicKey ?? []).toString('base64url'),
    counter: 0,
    transports: [],
    aaguid: '',
    backupEligible: flags.be,
    backedUp: flags.bs,
    createdAt: new Date(0),
  };
}

function assert(vector: Vector, change: Partial<Vector['authentication']> & Partial<typeof rules> = {}) {
  const id = text(vector.credentialId);
  const { challenge, clientDataJSON, authenticatorData, signature } = { ...vector.authentication, ...change };
  const response = {
    clientDataJSON: text(clientDataJSON),
    authenticatorData: text(authenticatorData),
    signature: text(signature),
  };
  const input = parseAssertion({ id, rawId: id, type: 'public-key', response });
  return verifyAssertion(input, passkeyOf(vector), is(challenge), { ...rules, ...change });
}

describe('W3C WebAuthn Level 3 test vectors', () => {
  it('none.ES256 registers', async () => {
    expect(await register(noneEs256)).toMatchObject({
      credentialId: text(noneEs256.credentialId),
      publicKey: passkeyOf(noneEs256).publicKey,
      counter: 0,
      backupEligible: true,
      backedUp: true,
      aaguid: '8446ccb9-ab1d-b374-750b-2367ff6f3a1f',
    });
  });

  it('packed.EdDSA is refused: it has a certificate, and none was asked for', async () => {
    await expect(register(packedEddsa)).rejects.toMatchObject({ reason: 'passkey_attested' });
  });

  it.each([noneEs256, packedEddsa])('$name signs in', async (vector) => {
    expect(await assert(vector)).toMatchObject({ counter: 0, userVerified: false });
  });

  it.each([noneEs256, packedEddsa])('$name fails with anything changed', async (vector) => {
    const { signature, authenticatorData } = vector.authentication;
    const flip = (hex: string): string => hex.slice(0, -2) + (hex.endsWith('00') ? '01' : '00');
    const wrong = [
      { signature: flip(signature) },
      { authenticatorData: flip(authenticatorData) },
      { challenge: vector.registration.challenge },
      { clientDataJSON: vector.registration.clientDataJSON },
      { rpId: 'example.com' },
      { origin: ['https://example.org:8443'] },
      { requireUserVerification: true },
    ];
    for (const change of wrong) {
      await expect(assert(vector, change), JSON.stringify(change)).rejects.toMatchObject({
        reason: expect.stringMatching(/^passkey_(not_verified|signature)$/),
      });
    }
    await expect(register(noneEs256, { requireUserVerification: true })).rejects.toMatchObject({
      reason: 'passkey_not_verified',
    });
  });
});
