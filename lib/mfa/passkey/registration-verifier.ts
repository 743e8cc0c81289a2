import { verifyRegistrationResponse, type VerifiedRegistrationResponse } from '@simplewebauthn/server';
import { decodeAttestationObject } from '@simplewebauthn/server/helpers';
import { refuseFramed } from './client-data';
import { parseRegistration } from './credential-input';
import type { Passkey } from './passkey';
import { ALGORITHMS, type PasskeyRules } from './passkey-rules';
import { PasskeyRefusal } from './passkey-refusal';

const MAX_KEY_BYTES = 1024;

export type NewCredential = Omit<Passkey, 'deviceId' | 'userId' | 'createdAt'>;

/**
 * Checks what a browser says of a new credential against the ceremony that the server began (R094 to R096, R100).
 *
 * @throws {PasskeyRefusal}
 */
export async function verifyRegistration(
  input: unknown,
  isChallenge: (challenge: string) => boolean,
  rules: PasskeyRules,
): Promise<NewCredential> {
  const { response, transports } = parseRegistration(input);
  refuseFramed(response.response.clientDataJSON);
  refuseAttestation(response.response.attestationObject);
  const verified = await verify(() =>
    verifyRegistrationResponse({
      response,
      expectedChallenge: isChallenge,
      expectedOrigin: [...rules.origin],
      expectedRPID: rules.rpId,
      requireUserPresence: true,
      requireUserVerification: rules.requireUserVerification,
      supportedAlgorithmIDs: [...ALGORITHMS],
    }),
  );
  return toCredential(response.id, verified, transports);
}

/**
 * No statement about the authenticator is asked for, so none is looked at: certificates of a stranger are not parsed, and
 * lists of revoked ones not fetched. A signature of the credential's own key is one that browsers may leave in (R100).
 *
 * @throws {PasskeyRefusal} passkey_malformed, passkey_attested
 */
function refuseAttestation(attestationObject: string): void {
  let isPlain: boolean;
  try {
    const decoded = decodeAttestationObject(new Uint8Array(Buffer.from(attestationObject, 'base64url')));
    const statement = decoded.get('attStmt');
    const format = decoded.get('fmt');
    isPlain =
      (format === 'none' && statement.size === 0) ||
      (format === 'packed' && statement.get('x5c') === undefined);
  } catch (error) {
    throw new PasskeyRefusal('passkey_malformed', { cause: error });
  }
  if (!isPlain) throw new PasskeyRefusal('passkey_attested');
}

/** The library says by an error of no particular kind what does not fit. */
async function verify(work: () => Promise<VerifiedRegistrationResponse>) {
  const verified = await work().catch((error: unknown) => {
    throw new PasskeyRefusal('passkey_not_verified', { cause: error });
  });
  if (!verified.verified) throw new PasskeyRefusal('passkey_signature');
  return verified.registrationInfo;
}

function toCredential(
  id: string,
  info: Extract<VerifiedRegistrationResponse, { verified: true }>['registrationInfo'],
  transports: readonly string[],
): NewCredential {
  const { credential } = info;
  // What the browser calls the credential is what the authenticator has signed for.
  if (credential.id !== id) throw new PasskeyRefusal('passkey_not_verified');
  if (credential.publicKey.length > MAX_KEY_BYTES) throw new PasskeyRefusal('passkey_malformed');
  return {
    credentialId: id,
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports,
    aaguid: info.aaguid,
    backupEligible: info.credentialDeviceType === 'multiDevice',
    backedUp: info.credentialBackedUp,
  };
}
