import { expect, onTestFinished } from 'vitest';
import type { HostName } from '../../hosts/arguments';
import type { HostProcess } from '../../support/host-process';
import type { EngineName } from '../../support/services';
import type { Answer } from './user-agent';
import { BrowserVisitor, NativeVisitor, type Style, type Visitor } from './visitor';

export type Delivery = 'json' | 'cookies' | 'hybrid';

export const PASSWORD = 'correct horse battery staple';

/** What the topics are tested against: one server, seen by one kind of client. */
export interface World {
  host: HostName;
  engine: EngineName;
  delivery: Delivery;
  style: Style;
  /** The server; it runs from the first test on. */
  server(): HostProcess;
}

/** A topic: declares its tests for a world. */
export type Topic = (world: World) => void;

let serial = 0;

export function uniqueName(): string {
  serial += 1;
  return `user${serial}x${process.pid}`;
}

export function uniqueEmail(): string {
  return `${uniqueName()}@example.com`;
}

export function uniquePhone(): string {
  serial += 1;
  return `+1202555${String(serial % 10_000).padStart(4, '0')}`;
}

/** A client that knows nothing yet; its connection ends with the test. */
export function visitor(world: World, style = world.style): Visitor {
  const { url } = world.server();
  const made = style === 'native' ? new NativeVisitor(url) : new BrowserVisitor(url);
  onTestFinished(() => made.agent.close());
  return made;
}

export interface Member {
  visitor: Visitor;
  email: string;
}

/** A client that has just signed up. */
export async function member(world: World, fields: object = {}): Promise<Member> {
  const made = visitor(world);
  const email = uniqueEmail();
  const answer = await made.signup({ email, password: PASSWORD, ...fields });
  expect([answer.status, answer.body.code]).toEqual([201, undefined]);
  return { visitor: made, email };
}

/** Another client of the same member. */
export async function signedIn(world: World, email: string): Promise<Visitor> {
  const made = visitor(world);
  expect((await made.login(email, PASSWORD)).status).toBe(200);
  return made;
}

/** Moves the clock of the server until the test ends. */
export async function moveClock(world: World, offsetMs: number): Promise<void> {
  await world.server().clock(offsetMs);
  onTestFinished(() => world.server().clock(0));
}

/** An error answer in the form of the wire contract, and nothing in it that is none of the client's business. */
export function expectError(answer: Answer, status: number, code: string): void {
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  const keys = Object.keys(answer.body).filter((key) => key !== 'details');
  expect(keys).toEqual(['code', 'message', 'statusCode', 'timestamp']);
  expect(answer.body.statusCode).toBe(status);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answer.headers['cache-control']).toBe('no-store');
  if (status === 429 || status === 503) {
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    expect(answer.body.details).toMatchObject({ retryAfter: Number(answer.headers['retry-after']) });
  }
  expect(answer.text).not.toMatch(/node_modules|\bat .*\.[cm]?[jt]s|QueryFailed|SQLITE|SELECT /);
}

/** A refusal by a limit, which says in whole seconds when to come back. */
export function expectRefused(answer: Answer, windowSeconds: number, code = 'RATE_LIMIT_LOGIN'): void {
  expectError(answer, 429, code);
  expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(windowSeconds);
  expect(answer.setCookies).toEqual([]);
}

/**
 * Whatever the style, an answer with tokens carries them in exactly one place. One that signs somebody in at a client
 * that is not known yet makes it known; a refresh does not.
 */
export async function expectTokens(who: Visitor, answer: Answer, signsIn = true): Promise<void> {
  expect(answer.headers['cache-control']).toBe('no-store');
  const names = answer.setCookies.map(({ key }) => key).sort();
  const fields = ['accessToken', 'accessTokenExpiresAt', 'refreshToken', 'refreshTokenExpiresAt'];
  if (signsIn) fields.splice(2, 0, 'deviceToken');
  const cookies = ['nauth_access_token', 'nauth_csrf_token', 'nauth_refresh_token'];
  if (signsIn) cookies.splice(2, 0, 'nauth_device_token');
  const inBody = Object.keys(answer.body)
    .filter((key) => /token/i.test(key))
    .sort();
  if (who.style === 'native') {
    expect([inBody, names]).toEqual([fields, []]);
  } else {
    expect([inBody, names]).toEqual([[], cookies]);
    expect(answer.text).not.toContain(await who.accessToken());
    expect(answer.text).not.toContain(await who.refreshToken());
    expect(answer.text).not.toContain(await who.deviceToken());
  }
}
