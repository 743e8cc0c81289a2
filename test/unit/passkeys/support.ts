import { randomId } from '../../../lib/common';
import type { AuthResponseDTO } from '../../../lib/auth';
import {
  SoftwareAuthenticator,
  type CreationOptions,
  type Mischief,
  type RequestOptions,
} from '../../support/passkeys/software-authenticator';
import { Client, type World } from '../mfa/support';

export interface Owner {
  client: Client;
  authenticator: SoftwareAuthenticator;
  /** Of the account. */
  sub: string;
}

/** Somebody who signs up where a factor is wanted, up to the question for it. */
export async function newcomer(here: World): Promise<{ client: Client; session: string }> {
  const client = new Client(here.core, `pk.${randomId()}@example.com`);
  const { challengeName, session } = await client.signup();
  if (challengeName !== 'MFA_SETUP_REQUIRED') throw new Error(`asked for ${challengeName}`);
  return { client, session: String(session) };
}

/** Options for a new passkey inside the challenge. */
export async function creationOptions(
  { core }: World,
  client: Client,
  session: string,
): Promise<CreationOptions> {
  const answer = await client.as(() => core.authService.getSetupData({ session, method: 'passkey' }));
  return answer.setupData['options'] as CreationOptions;
}

/** Answers MFA_SETUP_REQUIRED with a new credential. */
export function setUp(client: Client, session: string, credential: object): Promise<AuthResponseDTO> {
  return client.respond(session, {
    type: 'MFA_SETUP_REQUIRED',
    method: 'passkey',
    setupData: { credential },
  });
}

/** Somebody who is signed in and has one passkey, set up inside the challenge of the sign-up. */
export async function owner(here: World): Promise<Owner> {
  const { client, session } = await newcomer(here);
  const authenticator = new SoftwareAuthenticator();
  const options = await creationOptions(here, client, session);
  const { user } = await setUp(client, session, authenticator.create(options));
  return { client, authenticator, sub: String(user?.sub) };
}

/** Begins a login with a passkey. */
export async function begin(
  { core }: World,
  client: Client,
): Promise<{ session: string; options: RequestOptions }> {
  const { session, options } = await client.as(() => core.authService.getPasskeyLoginOptions({}));
  const { challenge } = options as Pick<RequestOptions, 'challenge'>;
  return { session, options: { challenge } };
}

export function finish(
  { core }: World,
  client: Client,
  session: string,
  credential: Record<string, unknown>,
): Promise<AuthResponseDTO> {
  return client.as(() => core.authService.loginWithPasskey({ session, credential }));
}

/** A login with the passkey alone, at a client that knows nothing yet. */
export async function logIn(
  here: World,
  authenticator: SoftwareAuthenticator,
  mischief: Mischief = {},
): Promise<AuthResponseDTO> {
  const client = new Client(here.core, '');
  const { session, options } = await begin(here, client);
  return finish(here, client, session, authenticator.get(options, mischief));
}

/** Options for the second factor of a sign-in that waits for it. */
export async function assertionOptions(
  { core }: World,
  client: Client,
  session: string,
): Promise<RequestOptions> {
  const answer = await client.as(() => core.authService.getChallengeData({ session, method: 'passkey' }));
  return answer.challengeData['options'] as RequestOptions;
}
