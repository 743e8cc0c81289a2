import { expect } from 'vitest';
import {
  SoftwareAuthenticator,
  type CreationOptions,
  type Mischief,
  type RequestOptions,
} from '../../support/passkeys/software-authenticator';
import type { Answer } from './user-agent';
import type { Visitor } from './visitor';
import { member, visitor, type Member, type World } from './world';

export interface PasskeyOwner extends Member {
  authenticator: SoftwareAuthenticator;
  deviceId: string;
}

/** The set-up options of a signed-in user. */
export async function creationOptions(who: Visitor): Promise<CreationOptions> {
  const { status, body } = await who.call('POST', '/auth/mfa/setup-data', {
    json: { methodName: 'passkey' },
  });
  expect([status, body.code]).toEqual([200, undefined]);
  return body.setupData as CreationOptions;
}

/** Sends a credential as the proof of the set-up. */
export function verifySetup(who: Visitor, credential: object, more: object = {}): Promise<Answer> {
  const json = { methodName: 'passkey', setupData: { credential }, ...more };
  return who.call('POST', '/auth/mfa/verify-setup', { json });
}

/** Sets a passkey up; the id of the factor. */
export async function register(who: Visitor, authenticator: SoftwareAuthenticator, mischief: Mischief = {}) {
  const options = await creationOptions(who);
  return verifySetup(who, authenticator.create(options, mischief));
}

/** Somebody who has just signed up and set a passkey up. */
export async function passkeyOwner(
  world: World,
  authenticator = new SoftwareAuthenticator(),
): Promise<PasskeyOwner> {
  const made = await member(world);
  const { status, body } = await register(made.visitor, authenticator);
  expect([status, body.code]).toEqual([200, undefined]);
  return { ...made, authenticator, deviceId: String(body.deviceId) };
}

export interface LoginStart {
  session: string;
  options: RequestOptions & { allowCredentials: { id: string; type: string }[]; [name: string]: unknown };
}

export async function beginLogin(who: Visitor, identifier?: string): Promise<LoginStart> {
  const { status, body } = await who.call('POST', '/auth/passkey/login/options', { json: { identifier } });
  expect([status, body.code]).toEqual([200, undefined]);
  return { session: String(body.session), options: body.options as LoginStart['options'] };
}

export function finishLogin(who: Visitor, session: string, credential: object): Promise<Answer> {
  return who.call('POST', '/auth/passkey/login/verify', { json: { session, credential } });
}

/** A login with a passkey at a client that knows nothing yet. */
export async function passkeyLogin(
  world: World,
  authenticator: SoftwareAuthenticator,
  mischief: Mischief = {},
  identifier?: string,
): Promise<{ who: Visitor; answer: Answer }> {
  const who = visitor(world);
  const { session, options } = await beginLogin(who, identifier);
  return { who, answer: await finishLogin(who, session, authenticator.get(options, mischief)) };
}
