import { describe, expect, it } from 'vitest';
import { LoopLateness } from '../../support/loop-lateness';
import { RP_ID, SoftwareAuthenticator, type Mischief } from '../../support/passkeys/software-authenticator';
import {
  beginLogin,
  creationOptions,
  finishLogin,
  passkeyLogin,
  passkeyOwner,
  register,
  verifySetup,
} from '../support/passkeys';
import type { Visitor } from '../support/visitor';
import {
  expectError,
  expectTokens,
  member,
  moveClock,
  PASSWORD,
  uniqueEmail,
  uniqueName,
  visitor,
  type Topic,
  type World,
} from '../support/world';

const MINUTE = 60_000;

/** Signs in with the password up to the question for the second factor. */
async function challenged(world: World, email: string): Promise<{ who: Visitor; session: string }> {
  const who = visitor(world);
  const { status, body } = await who.login(email, PASSWORD);
  expect([status, body.challengeName]).toEqual([200, 'MFA_REQUIRED']);
  return { who, session: String(body.session) };
}

async function assertionOptions(who: Visitor, session: string) {
  const { status, body } = await who.call('POST', '/auth/challenge/challenge-data', {
    json: { session, method: 'passkey' },
  });
  expect([status, body.code]).toEqual([200, undefined]);
  return body.challengeData as {
    challenge: string;
    allowCredentials: { id: string }[];
    userVerification: string;
  };
}

function respond(who: Visitor, session: string, credential: object) {
  const json = { session, type: 'MFA_REQUIRED', method: 'passkey', credential };
  return who.call('POST', '/auth/respond-challenge', { json });
}

async function devices(who: Visitor): Promise<{ id: string; type: string; name: string }[]> {
  const { body } = await who.call('GET', '/auth/mfa/devices');
  return body.devices as { id: string; type: string; name: string }[];
}

/** What no assertion may be like (R094 to R097, R100). */
const refused: [string, Mischief][] = [
  ['of another origin', { origin: 'https://evil.example' }],
  ['of an origin that merely begins like ours', { origin: 'https://app.example.com.evil.example' }],
  ['of our host by plain HTTP', { origin: 'http://app.example.com' }],
  ['made in a frame of another site', { clientData: { crossOrigin: true } }],
  ['made below another site', { clientData: { topOrigin: 'https://evil.example' } }],
  ['of a registration', { type: 'webauthn.create' }],
  ['for another challenge', { challenge: Buffer.alloc(32).toString('base64url') }],
  ['for another RP id', { rpId: 'evil.example' }],
  ['without anybody present', { userPresent: false }],
  ['without user verification', { userVerified: false }],
  ['signed by another key', { forged: true }],
  ['of a passkey that is suddenly eligible for backup', { backupEligible: true }],
  ['backed up without being eligible for it', { backupEligible: false, backedUp: true }],
  ['without user handle', { userHandle: null }],
  ['with the user handle of somebody else', { userHandle: Buffer.alloc(32).toString('base64url') }],
  ['of an unknown credential', { credentialId: Buffer.alloc(32, 7) }],
];

/** What no new credential may be like (R094 to R096, R098, R100, R102). */
const unregistrable: [string, Mischief][] = [
  ...refused.slice(0, 5),
  ['of an assertion', { type: 'webauthn.get' }],
  ['for another challenge', { challenge: Buffer.alloc(32).toString('base64url') }],
  ['for another RP id', { rpId: 'evil.example' }],
  ['without anybody present', { userPresent: false }],
  ['without user verification', { userVerified: false }],
  ['backed up without being eligible for it', { backupEligible: false, backedUp: true }],
  ['with a kind of key that was not offered', { alg: -35 }],
  ['with a statement although it says none', { statement: new Map([['sig', new Uint8Array(8)]]) }],
  ['attested by a certificate', { format: 'packed', statement: new Map([['x5c', [new Uint8Array(8)]]]) }],
  ['attested in an unknown way', { format: 'made-up' }],
  ['with an id of more than 1023 bytes', { credentialId: Buffer.alloc(1024, 1) }],
];

export const passkeysTopic: Topic = (world) =>
  describe('passkeys', () => {
    it('are set up: options of the configuration, and a user handle that is not the sub', async () => {
      const { visitor: who } = await member(world);
      const options = await creationOptions(who);
      const { sub } = (await who.profile()).body as { sub: string };
      expect(options).toMatchObject({
        rp: { id: RP_ID, name: 'Nauth Shop' },
        attestation: 'none',
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
        excludeCredentials: [],
        timeout: 60_000,
      });
      expect(Buffer.from(options.challenge, 'base64url').length).toBeGreaterThanOrEqual(16);
      expect(Buffer.from(options.user.id, 'base64url')).toHaveLength(32);
      expect(JSON.stringify(options)).not.toContain(sub);
      const authenticator = new SoftwareAuthenticator();
      const answer = await verifySetup(who, authenticator.create(options), { deviceName: 'My key' });
      expect([answer.status, Object.keys(answer.body)]).toEqual([200, expect.arrayContaining(['deviceId'])]);
      expect(await devices(who)).toMatchObject([
        { id: answer.body.deviceId, type: 'passkey', name: 'My key' },
      ]);
      const again = await creationOptions(who);
      expect(again.user.id).toBe(options.user.id);
      expect(again.excludeCredentials.map(({ id }) => id)).toEqual([authenticator.id]);
    });

    it('sign in without a name', async () => {
      const { authenticator, email } = await passkeyOwner(world);
      const who = visitor(world);
      const { session, options } = await beginLogin(who);
      expect(options).toMatchObject({ rpId: RP_ID, userVerification: 'required', allowCredentials: [] });
      const answer = await finishLogin(who, session, authenticator.get(options));
      expect([answer.status, answer.body.authMethod]).toEqual([200, 'passkey']);
      await expectTokens(who, answer);
      expect((await who.profile()).body).toMatchObject({ email, sessionAuthMethod: 'passkey' });
    });

    it('sign in with a name', async () => {
      const { authenticator, email } = await passkeyOwner(world);
      const other = await passkeyOwner(world);
      const who = visitor(world);
      const { options } = await beginLogin(who, email.toUpperCase());
      expect(options.allowCredentials.map(({ id }) => id)).toContain(authenticator.id);
      const own = await passkeyLogin(world, authenticator, { userHandle: null }, email);
      expect([own.answer.status, own.answer.body.authMethod]).toEqual([200, 'passkey']);
      const foreign = await passkeyLogin(world, other.authenticator, {}, email);
      expectError(foreign.answer, 401, 'AUTH_INVALID_CREDENTIALS');
      const nobody = await passkeyLogin(world, other.authenticator, {}, uniqueEmail());
      expectError(nobody.answer, 401, 'AUTH_INVALID_CREDENTIALS');
    });

    it('give names with and without account options of one shape, the same every time (R017)', async () => {
      const owner = await passkeyOwner(world);
      const plain = await member(world);
      const shapes: string[] = [];
      for (const name of [owner.email, plain.email, uniqueEmail(), uniqueName(), 'no name@at all']) {
        const [first, second] = [
          await beginLogin(visitor(world), name),
          await beginLogin(visitor(world), name),
        ];
        expect(second.options.allowCredentials).toEqual(first.options.allowCredentials);
        expect(new Set(first.options.allowCredentials.map(({ id }) => id)).size).toBe(4);
        expect([second.session, second.options.challenge]).not.toContain(first.session);
        const credentials = first.options.allowCredentials.map((entry) => Object.keys(entry).sort());
        shapes.push(JSON.stringify([Object.keys(first.options).sort(), credentials, first.session.length]));
      }
      expect(new Set(shapes).size).toBe(1);
    });

    it('are good for one try: an assertion does not work twice, and neither does its challenge (R093)', async () => {
      const { authenticator } = await passkeyOwner(world);
      const who = visitor(world);
      const { session, options } = await beginLogin(who);
      const assertion = authenticator.get(options);
      expectError(
        await finishLogin(visitor(world), session, authenticator.get(options, { forged: true })),
        401,
        'AUTH_INVALID_CREDENTIALS',
      );
      expectError(await finishLogin(who, session, assertion), 401, 'AUTH_INVALID_CREDENTIALS');
      const next = await beginLogin(who);
      const good = authenticator.get(next.options);
      expect((await finishLogin(who, next.session, good)).status).toBe(200);
      expectError(await finishLogin(visitor(world), next.session, good), 401, 'AUTH_INVALID_CREDENTIALS');
      // An old answer to a new question, though the client says which challenge it means.
      const third = await beginLogin(visitor(world));
      const old = { ...good, challenge: next.options.challenge, expectedChallenge: next.options.challenge };
      expectError(await finishLogin(visitor(world), third.session, old), 401, 'AUTH_INVALID_CREDENTIALS');
    });

    it('have five minutes (R093)', async () => {
      const { authenticator } = await passkeyOwner(world);
      const who = visitor(world);
      const { session, options } = await beginLogin(who);
      await moveClock(world, 5 * MINUTE + 1000);
      expectError(
        await finishLogin(who, session, authenticator.get(options)),
        401,
        'AUTH_INVALID_CREDENTIALS',
      );
    });

    it('do not sign in by an assertion that is not as it has to be (R094 to R097, R100)', async () => {
      const { authenticator } = await passkeyOwner(world);
      const answers: [string, number, unknown][] = [];
      for (const [name, mischief] of refused) {
        const { answer } = await passkeyLogin(world, authenticator, mischief);
        expect(answer.setCookies).toEqual([]);
        answers.push([name, answer.status, answer.body.code]);
      }
      expect(answers).toEqual(refused.map(([name]) => [name, 401, 'AUTH_INVALID_CREDENTIALS']));
      // The same authenticator, behaving.
      expect((await passkeyLogin(world, authenticator)).answer.status).toBe(200);
    });

    it('are not set up from a credential that is not as it has to be (R094 to R096, R098, R100)', async () => {
      const { visitor: who } = await member(world);
      const answers: [string, number][] = [];
      for (const [name, mischief] of unregistrable) {
        const answer = await register(who, new SoftwareAuthenticator(), mischief);
        expect(answer.body.code).toMatch(/^(VERIFY_CODE_INVALID|VALIDATION_FAILED)$/);
        answers.push([name, answer.status]);
      }
      expect(answers).toEqual(unregistrable.map(([name]) => [name, 400]));
      expect(await devices(who)).toEqual([]);
    });

    it('are set up by the session that began, once (R093)', async () => {
      const [ada, bob] = [await member(world), await member(world)];
      const authenticator = new SoftwareAuthenticator();
      const credential = authenticator.create(await creationOptions(ada.visitor));
      expect((await verifySetup(bob.visitor, credential)).status).toBe(404);
      expect((await verifySetup(ada.visitor, credential)).status).toBe(200);
      expect((await verifySetup(ada.visitor, credential)).status).toBe(404);
      expect(await devices(ada.visitor)).toHaveLength(1);
      expect(await devices(bob.visitor)).toEqual([]);
    });

    it('stay with their owner, who cannot set one up twice either (R098)', async () => {
      const { authenticator, email, visitor: who } = await passkeyOwner(world);
      const bob = await member(world);
      for (const other of [bob.visitor, who]) {
        const thief = authenticator.clone();
        expectError(await register(other, thief), 400, 'VERIFY_CODE_INVALID');
      }
      expect(await devices(bob.visitor)).toEqual([]);
      expect(await devices(who)).toHaveLength(1);
      const { who: signedIn, answer } = await passkeyLogin(world, authenticator);
      expect(answer.status).toBe(200);
      expect((await signedIn.profile()).body.email).toBe(email);
    });

    it('are refused when their counter does not grow, as a copy of them would be (R099)', async () => {
      const { authenticator, visitor: owner } = await passkeyOwner(world);
      const copy = authenticator.clone();
      for (let turn = 0; turn < 2; turn += 1) {
        expect((await passkeyLogin(world, authenticator)).answer.status).toBe(200);
      }
      const { answer } = await passkeyLogin(world, copy);
      expectError(answer, 401, 'AUTH_INVALID_CREDENTIALS');
      expectError(
        (await passkeyLogin(world, authenticator, { counter: 0 })).answer,
        401,
        'AUTH_INVALID_CREDENTIALS',
      );
      // The refused one has not set the counter back, nor forward.
      expect((await passkeyLogin(world, authenticator)).answer.status).toBe(200);
      expect((await owner.profile()).status).toBeLessThan(500);
    });

    it('need not count (R099)', async () => {
      const { authenticator } = await passkeyOwner(world, new SoftwareAuthenticator(false, true));
      for (let turn = 0; turn < 2; turn += 1) {
        expect((await passkeyLogin(world, authenticator)).answer.status).toBe(200);
      }
    });

    it('are second factors', async () => {
      const { authenticator, email, deviceId } = await passkeyOwner(world);
      const { who, session } = await challenged(world, email);
      const options = await assertionOptions(who, session);
      expect(options).toMatchObject({
        userVerification: 'required',
        allowCredentials: [{ id: authenticator.id }],
      });
      const credential = authenticator.get(options, { userHandle: null });
      const answer = await respond(who, session, credential);
      expect([answer.status, answer.body.authMethod]).toEqual([200, 'password']);
      await expectTokens(who, answer);
      expect((await devices(who)).map(({ id }) => id)).toEqual([deviceId]);
      const next = await challenged(world, email);
      await assertionOptions(next.who, next.session);
      const replayed = await respond(next.who, next.session, credential);
      expectError(replayed, 400, 'VERIFY_CODE_INVALID');
    });

    it('are second factors of their owner only, and of the challenge that asked (R097)', async () => {
      const [ada, bob] = [await passkeyOwner(world), await passkeyOwner(world)];
      const { who, session } = await challenged(world, ada.email);
      const mine = await assertionOptions(who, session);
      expectError(await respond(who, session, bob.authenticator.get(mine)), 401, 'AUTH_INVALID_CREDENTIALS');
      const other = await challenged(world, bob.email);
      const theirs = await assertionOptions(other.who, other.session);
      await assertionOptions(who, session);
      expectError(await respond(who, session, ada.authenticator.get(theirs)), 400, 'VERIFY_CODE_INVALID');
      const login = await beginLogin(who);
      await assertionOptions(who, session);
      expectError(
        await respond(who, session, ada.authenticator.get(login.options)),
        400,
        'VERIFY_CODE_INVALID',
      );
    });

    it('are nothing any more when they are removed', async () => {
      const { authenticator, visitor: who, deviceId, email } = await passkeyOwner(world);
      const removed = await who.call('DELETE', `/auth/mfa/devices/${deviceId}`);
      expect([removed.status, removed.body.removedMethod]).toEqual([200, 'passkey']);
      expectError((await passkeyLogin(world, authenticator)).answer, 401, 'AUTH_INVALID_CREDENTIALS');
      expect((await visitor(world).login(email, PASSWORD)).body.challengeName).toBeUndefined();
      // The authenticator may be used again then.
      expect((await register(who, authenticator)).status).toBe(200);
    });

    it('are ten at most (R101)', async () => {
      const { visitor: who } = await passkeyOwner(world);
      for (let count = 1; count < 10; count += 1) {
        expect((await register(who, new SoftwareAuthenticator())).status).toBe(200);
      }
      const answer = await who.call('POST', '/auth/mfa/setup-data', { json: { methodName: 'passkey' } });
      expectError(answer, 403, 'FORBIDDEN');
      expect(await devices(who)).toHaveLength(10);
    });

    it('are answered quickly, whatever is sent in their place (R102)', async () => {
      const { visitor: who } = await passkeyOwner(world);
      for (const [name, credential] of malformed()) {
        const elapsed = LoopLateness.stopwatch();
        const { session } = await beginLogin(who);
        const login = await finishLogin(who, session, credential);
        await creationOptions(who);
        const setup = await verifySetup(who, credential);
        expect([name, [400, 401].includes(login.status), setup.status]).toEqual([name, true, 400]);
        expect(elapsed()).toBeLessThan(5000);
      }
      expect((await who.profile()).status).toBe(200);
    });

    it.each(malformed().slice(0, 2))(
      'are no second factor where there is %s (R102)',
      async (_, credential) => {
        const { email } = await passkeyOwner(world);
        const { who, session } = await challenged(world, email);
        await assertionOptions(who, session);
        expectError(await respond(who, session, credential), 400, 'VALIDATION_FAILED');
      },
    );
  });

function malformed(): [string, Record<string, unknown>][] {
  const id = Buffer.alloc(32, 1).toString('base64url');
  const data = Buffer.from('{"type":"webauthn.get","challenge":"","origin":""}').toString('base64url');
  const response = { clientDataJSON: data, authenticatorData: id, signature: id, attestationObject: id };
  const good = { id, rawId: id, type: 'public-key', response };
  const cbor = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url');
  const withObject = (attestationObject: string) => ({
    ...good,
    response: { ...response, attestationObject },
  });
  return [
    ['nothing', {}],
    [
      'text for bytes',
      { ...good, response: { ...response, clientDataJSON: '***', authenticatorData: '***' } },
    ],
    ['padded base64', { ...good, id: `${id}=`, rawId: `${id}=` }],
    [
      'client data that is no object',
      { ...good, response: { ...response, clientDataJSON: cbor('6e756c6c') } },
    ],
    ['client data that is no JSON', { ...good, response: { ...response, clientDataJSON: cbor('7b') } }],
    ['numbers for texts', { id: 1, rawId: 1, type: 'public-key', response: { clientDataJSON: 1 } }],
    ['another type', { ...good, type: 'password' }],
    ['two ids', { ...good, rawId: Buffer.alloc(32, 2).toString('base64url') }],
    ['a list for the response', { ...good, response: [response] }],
    ['a field of 60 KB', { ...good, response: { ...response, signature: 'A'.repeat(60_000) } }],
    ['nested CBOR', withObject(cbor('81'.repeat(8000)))],
    ['CBOR that promises more than there is', withObject(cbor('9b00ffffffffffffff'))],
    ['CBOR that is no map', withObject(cbor('00'))],
    ['CBOR maps with strange keys', withObject(cbor('a363666d74a068617574684461746100'))],
  ];
}
