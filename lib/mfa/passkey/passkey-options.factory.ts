import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type AuthenticatorTransport,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import type { ResolvedPasskeyOptions } from '../mfa.options';
import type { Passkey } from './passkey';
import { ALGORITHMS } from './passkey-rules';

export interface CreationRequest {
  challenge: Uint8Array<ArrayBuffer>;
  /** Base64url. */
  handle: string;
  userName: string;
  displayName: string;
  /** What the account has already (R098). */
  existing: readonly Passkey[];
}

/** What navigator.credentials.create() is to be called with. */
export function creationOptions(
  options: ResolvedPasskeyOptions,
  { challenge, handle, userName, displayName, existing }: CreationRequest,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  return generateRegistrationOptions({
    rpName: options.rpName,
    rpID: options.rpId,
    userID: new Uint8Array(Buffer.from(handle, 'base64url')),
    userName,
    userDisplayName: displayName,
    challenge,
    timeout: options.timeout,
    attestationType: 'none',
    excludeCredentials: existing.map(toDescriptor),
    // Discoverable where the authenticator can, so that it also signs in without a name.
    authenticatorSelection: { residentKey: 'preferred', userVerification: options.userVerification },
    supportedAlgorithmIDs: [...ALGORITHMS],
  });
}

export interface AssertionRequest {
  challenge: Uint8Array<ArrayBuffer>;
  userVerification: ResolvedPasskeyOptions['userVerification'];
  /** Empty: whichever passkey the browser finds. */
  allow: readonly { id: string; transports?: AuthenticatorTransport[] }[];
}

/** What navigator.credentials.get() is to be called with. */
export function requestOptions(
  options: ResolvedPasskeyOptions,
  { challenge, userVerification, allow }: AssertionRequest,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  return generateAuthenticationOptions({
    rpID: options.rpId,
    challenge,
    timeout: options.timeout,
    userVerification,
    allowCredentials: [...allow],
  });
}

/** A passkey as lists for browsers name it. The transports are as the browser gave them. */
export function toDescriptor({ credentialId, transports }: Passkey): {
  id: string;
  transports: AuthenticatorTransport[];
} {
  return { id: credentialId, transports: transports.map((name) => name as AuthenticatorTransport) };
}
