import { verifyAuthenticationResponse, type VerifiedAuthenticationResponse } from '@simplewebauthn/server';
import { refuseFramed } from './client-data';
import type { AssertionInput } from './credential-input';
import type { Passkey, PasskeyUse } from './passkey';
import { PasskeyRefusal } from './passkey-refusal';
import type { PasskeyRules } from './passkey-rules';

export interface VerifiedAssertion extends PasskeyUse {
  userVerified: boolean;
}

/**
 * Checks that the holder of the passkey signed this challenge on a page of ours (R094 to R096, R100). The counter is for
 * the caller to compare, who knows that the signature is right by then.
 *
 * @throws {PasskeyRefusal}
 */
export async function verifyAssertion(
  { response }: AssertionInput,
  passkey: Passkey,
  isChallenge: (challenge: string) => boolean,
  rules: PasskeyRules,
): Promise<VerifiedAssertion> {
  const { userId } = passkey;
  refuseFramed(response.response.clientDataJSON);
  const verified = await verify(userId, () =>
    verifyAuthenticationResponse({
      response,
      expectedChallenge: isChallenge,
      expectedOrigin: [...rules.origin],
      expectedRPID: rules.rpId,
      requireUserVerification: rules.requireUserVerification,
      credential: {
        id: passkey.credentialId,
        publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
        counter: 0,
      },
    }),
  );
  if (!verified.verified) throw new PasskeyRefusal('passkey_signature', { userId });
  const { newCounter, userVerified, credentialBackedUp, credentialDeviceType } = verified.authenticationInfo;
  if ((credentialDeviceType === 'multiDevice') !== passkey.backupEligible) {
    throw new PasskeyRefusal('passkey_flags', { userId });
  }
  return { counter: newCounter, backedUp: credentialBackedUp, userVerified };
}

/** The library says by an error of no particular kind what does not fit. */
function verify(
  userId: string,
  work: () => Promise<VerifiedAuthenticationResponse>,
): Promise<VerifiedAuthenticationResponse> {
  return work().catch((error: unknown) => {
    throw new PasskeyRefusal('passkey_not_verified', { userId, cause: error });
  });
}
