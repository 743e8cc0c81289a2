import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import { PasskeyRefusal } from './passkey-refusal';

/** Longest credential id, by the specification (R098). */
const MAX_ID_BYTES = 1023;
const MAX_CLIENT_DATA_BYTES = 4096;
const MAX_AUTHENTICATOR_DATA_BYTES = 2048;
const MAX_ATTESTATION_BYTES = 8192;
const MAX_SIGNATURE_BYTES = 1024;
const MAX_HANDLE_BYTES = 64;
const MAX_TRANSPORTS = 8;

/** Bytes as base64url, in the one way to write them, so that a value has one spelling. */
function bytes(max: number) {
  return z
    .string()
    .min(1)
    .max(Math.ceil((max * 4) / 3))
    .regex(/^[A-Za-z0-9_-]+$/)
    .refine((text) => Buffer.from(text, 'base64url').toString('base64url') === text);
}

const credential = {
  id: bytes(MAX_ID_BYTES),
  rawId: bytes(MAX_ID_BYTES),
  type: z.literal('public-key'),
};

const registration = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: bytes(MAX_CLIENT_DATA_BYTES),
    attestationObject: bytes(MAX_ATTESTATION_BYTES),
    transports: z.array(z.string().max(32)).max(MAX_TRANSPORTS).optional(),
  }),
});

const assertion = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: bytes(MAX_CLIENT_DATA_BYTES),
    authenticatorData: bytes(MAX_AUTHENTICATOR_DATA_BYTES),
    signature: bytes(MAX_SIGNATURE_BYTES),
    userHandle: bytes(MAX_HANDLE_BYTES).nullish(),
  }),
});

const TRANSPORT = /^[a-z][a-z0-9-]{0,31}$/;

/** What a browser says of a new credential: what is used of it, with a bound for each part (R102). */
export interface RegistrationInput {
  /** As the library takes it. */
  response: RegistrationResponseJSON;
  transports: readonly string[];
}

/** What a browser says of a credential that was used. */
export interface AssertionInput {
  response: AuthenticationResponseJSON;
  credentialId: string;
  userHandle: string | null;
}

/** @throws {PasskeyRefusal} passkey_malformed */
export function parseRegistration(input: unknown): RegistrationInput {
  const { response, ...given } = parse(registration, input);
  const { transports, ...rest } = response;
  return {
    response: { ...given, response: rest, clientExtensionResults: {} },
    transports: [...new Set(transports ?? [])].filter((transport) => TRANSPORT.test(transport)),
  };
}

/** @throws {PasskeyRefusal} passkey_malformed */
export function parseAssertion(input: unknown): AssertionInput {
  const { response, ...given } = parse(assertion, input);
  const { userHandle, ...rest } = response;
  return {
    response: { ...given, response: rest, clientExtensionResults: {} },
    credentialId: given.id,
    userHandle: userHandle ?? null,
  };
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new PasskeyRefusal('passkey_malformed');
  return parsed.data;
}
