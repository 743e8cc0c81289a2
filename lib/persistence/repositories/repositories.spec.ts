import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, describeEachEngine, type TestDatabase } from '../../../test/support/services';
import { randomId, randomToken } from '../../common';
import type { Session } from '../../sessions';
import { IdentifierTakenError, type NewUser } from '../../users';
import { type Database, openDatabase, TypeormSessionRepository, TypeormUserRepository } from '..';

const NOW = new Date('2026-03-01T10:00:00.123Z');

function newUser(change: Partial<NewUser> = {}): NewUser {
  return {
    id: randomId(),
    email: `${randomToken(9).toLowerCase()}@example.org`,
    username: null,
    phone: null,
    firstName: 'Zo\u00eb \u{1f680}',
    lastName: null,
    locale: 'de-CH',
    timezone: 'Europe/Zurich',
    metadata: { plan: 'free', tags: ['a', '\u{1f680}'], nested: { n: 1 } },
    isEmailVerified: false,
    isPhoneVerified: true,
    isActive: true,
    createdAt: NOW,
    updatedAt: NOW,
    ...change,
  };
}

function newSession(userId: string, change: Partial<Session> = {}): Session {
  return {
    id: randomId(),
    userId,
    generation: 0,
    refreshSalt: randomToken(16),
    delivery: 'json',
    authMethod: 'password',
    amr: ['pwd'],
    mfaSparedBy: null,
    authTime: NOW,
    deviceId: randomId(),
    deviceName: 'phone \u{1f4f1}',
    deviceType: 'mobile',
    browser: 'Firefox',
    os: 'Android',
    network: '2001:db8::/64',
    country: 'CH',
    city: 'Zürich',
    latitudeE2: 4738,
    longitudeE2: -854,
    ipAddress: '2001:db8::1',
    userAgent: 'spec',
    createdAt: NOW,
    lastActivityAt: NOW,
    rotatedAt: null,
    refreshExpiresAt: later(60),
    expiresAt: later(3600),
    revokedAt: null,
    revokeReason: null,
    ...change,
  };
}

function later(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1000);
}

describeEachEngine('repositories', (engine) => {
  let test: TestDatabase;
  let database: Database;
  let users: TypeormUserRepository;
  let sessions: TypeormSessionRepository;

  beforeAll(async () => {
    test = await createTestDatabase(engine);
    database = await openDatabase({
      database: test.options,
      tablePrefix: 'nauth_',
      migrations: { autoRun: true },
      logger: undefined,
    });
    users = new TypeormUserRepository(database, { allowDuplicatePhones: false });
    sessions = new TypeormSessionRepository(database);
  });

  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  describe('users', () => {
    it('gives back what was stored', async () => {
      const user = newUser({ username: 'Zoe', phone: '+41441234567' });
      const stored = await users.insert(user, 'hash');
      expect(stored).toEqual({
        ...user,
        hasPassword: true,
        passwordChangedAt: user.createdAt,
        passwordChangeRequired: false,
        passwordRecoveredBy: null,
        securityVersion: 1,
      });
      expect(await users.findById(user.id)).toEqual(stored);
      for (const [kind, value] of [
        ['email', user.email],
        ['username', 'Zoe'],
        ['phone', '+41441234567'],
      ] as const) {
        expect(await users.findWithPassword({ kind, value })).toEqual({ user: stored, passwordHash: 'hash' });
      }
    });

    it('knows an account without a password', async () => {
      const user = await users.insert(newUser(), null);
      expect(user.hasPassword).toBe(false);
      expect(await users.findById(user.id)).toEqual(user);
      expect(await users.findWithPassword({ kind: 'email', value: user.email })).toEqual({
        user,
        passwordHash: null,
      });
    });

    it('compares identifiers byte by byte', async () => {
      const user = await users.insert(newUser({ username: 'mike' }), 'hash');
      const lookalikes = ['MIKE', 'm\u0131ke', 'm\u00edke', 'mike ', '\uff4dike', 'mike\u200b'];
      for (const value of lookalikes) {
        expect(await users.findWithPassword({ kind: 'username', value }), value).toBeNull();
      }
      await users.insert(newUser({ username: 'MIKE' }), 'hash');
      expect((await users.findWithPassword({ kind: 'username', value: 'mike' }))?.user.id).toBe(user.id);
    });

    it('names the identifier that is taken, and keeps nothing of the second account', async () => {
      const first = newUser({ username: "for key 'nauth_users_email_uq'", phone: '+41790000001' });
      await users.insert(first, 'hash');
      const clashes = [
        ['email', newUser({ email: first.email })],
        ['username', newUser({ username: first.username })],
        ['phone', newUser({ phone: first.phone })],
      ] as const;
      for (const [kind, user] of clashes) {
        const error: unknown = await users.insert(user, 'hash').catch((thrown: unknown) => thrown);
        expect(error, kind).toBeInstanceOf(IdentifierTakenError);
        expect(error).toMatchObject({ kind });
        expect(await users.findById(user.id)).toBeNull();
      }
    });

    it('keeps one account of 50 parallel sign-ups for an address', async () => {
      const email = newUser().email;
      const results = await Promise.allSettled(
        Array.from({ length: 50 }, () => users.insert(newUser({ email }), 'hash')),
      );
      const refused = results.filter((result) => result.status === 'rejected').map((result) => result.reason);
      expect(refused).toHaveLength(49);
      expect(refused.every((error) => error instanceof IdentifierTakenError)).toBe(true);
      const rows = await database.execute((manager) =>
        manager.query(
          `SELECT COUNT(*) AS n FROM ${database.tableName('password_credentials')} c ` +
            `JOIN ${database.tableName('users')} u ON u.id = c.user_id WHERE u.email = '${email}'`,
        ),
      );
      expect(Number(rows[0].n)).toBe(1);
    });

    it('lets accounts share a number where that is allowed; it does not sign in then', async () => {
      const sharing = new TypeormUserRepository(database, { allowDuplicatePhones: true });
      const phone = '+41790000099';
      await sharing.insert(newUser({ phone }), 'hash');
      const second = await sharing.insert(newUser({ phone }), 'hash');
      expect(second.phone).toBe(phone);
      expect(await sharing.findWithPassword({ kind: 'phone', value: phone })).toBeNull();
    });

    it('refuses an empty criterion and finds nothing for an unknown id', async () => {
      for (const value of ['', undefined, null, 0, ['a']]) {
        // What a caller without types may pass.
        await expect(Reflect.apply(users.findById, users, [value])).rejects.toThrow(TypeError);
        await expect(
          Reflect.apply(users.findWithPassword, users, [{ kind: 'email', value }]),
        ).rejects.toThrow(TypeError);
        await expect(Reflect.apply(sessions.findWithUser, sessions, [value])).rejects.toThrow(TypeError);
        await expect(Reflect.apply(sessions.revokeAll, sessions, [value, 'logout_all', NOW])).rejects.toThrow(
          TypeError,
        );
      }
      expect(await users.findById("' OR 1=1")).toBeNull();
      expect(await users.findById(randomId())).toBeNull();
      expect(await sessions.findWithUser('x')).toBeNull();
    });

    it('changes only what the patch names', async () => {
      const user = await users.insert(newUser(), 'hash');
      const changed = await users.updateProfile(user.id, { firstName: null, locale: 'fr' }, later(5));
      expect(changed).toEqual({ ...user, firstName: null, locale: 'fr', updatedAt: later(5) });
      expect(await users.updateProfile(user.id, {}, later(6))).toEqual({ ...changed, updatedAt: later(6) });
      expect(await users.updateProfile(randomId(), { locale: 'fr' }, NOW)).toBeNull();
    });

    it('claims a login only for the active account at the same security version', async () => {
      const user = await users.insert(newUser(), 'hash');
      const disabled = await users.insert(newUser({ isActive: false }), 'hash');
      expect(await users.claimLogin(user.id, 1, NOW)).toBe(true);
      // The same moment again: only the counter changes.
      expect(await users.claimLogin(user.id, 1, NOW)).toBe(true);
      expect(await users.claimLogin(user.id, 2, NOW)).toBe(false);
      expect(await users.claimLogin(disabled.id, 1, NOW)).toBe(false);
    });
  });

  describe('sessions', () => {
    it('gives back what was stored, with the user', async () => {
      const user = await users.insert(newUser(), 'hash');
      const session = newSession(user.id);
      await sessions.insert(session);
      expect(await sessions.findWithUser(session.id)).toEqual({ session, user });
      expect(await sessions.findLive(user.id, NOW)).toEqual([session]);
    });

    it('keeps what spared a session its factor until that has been shown', async () => {
      const user = await users.insert(newUser(), 'hash');
      const session = newSession(user.id, { mfaSparedBy: 'trusted_device' });
      await sessions.insert(session);
      const reason = async () => (await sessions.findForRefresh(session.id))?.session.mfaSparedBy;
      expect(await reason()).toBe('trusted_device');
      expect(await sessions.setProof(session.id, user.id, { amr: ['pwd', 'hwk'] }, NOW)).toBe(true);
      expect(await reason()).toBe('trusted_device');
      const proof = { amr: ['pwd', 'otp', 'mfa'], mfaSparedBy: null };
      expect(await sessions.setProof(session.id, user.id, proof, later(1))).toBe(true);
      expect((await sessions.findWithUser(session.id))?.session).toEqual({
        ...session,
        ...proof,
        lastActivityAt: later(1),
      });
    });

    it('stores hostile client text instead of failing on it', async () => {
      const user = await users.insert(newUser(), 'hash');
      const session = newSession(user.id, {
        userAgent: `a\u0000b\ud800${'x'.repeat(5000)}`,
        ipAddress: 'not\u0000an \u{1f680} address',
        deviceName: '\u0000'.repeat(300),
      });
      await sessions.insert(session);
      const found = await sessions.findWithUser(session.id);
      expect(found?.session.userAgent).toHaveLength(512);
      expect(found?.session.ipAddress).toMatch(/^not\?an/);
    });

    it('rotates only the live generation of a live session', async () => {
      const user = await users.insert(newUser(), 'hash');
      const session = newSession(user.id);
      await sessions.insert(session);
      const step = {
        id: session.id,
        at: later(1),
        refreshExpiresAt: later(90),
        ipAddress: null,
        userAgent: 'b',
      };
      expect(await sessions.rotate({ ...step, generation: 1 })).toBe(false);
      expect(await sessions.rotate({ ...step, generation: 0 })).toBe(true);
      expect(await sessions.rotate({ ...step, generation: 0 })).toBe(false);
      expect((await sessions.findWithUser(session.id))?.session).toEqual({
        ...session,
        generation: 1,
        rotatedAt: expect.any(Date),
        lastActivityAt: later(1),
        refreshExpiresAt: later(90),
        ipAddress: null,
        userAgent: 'b',
      });
      // A clock that went back does not move the activity back.
      expect(await sessions.rotate({ ...step, generation: 1, at: later(-5) })).toBe(true);
      expect((await sessions.findWithUser(session.id))?.session.lastActivityAt).toEqual(later(1));
      expect(await sessions.rotate({ ...step, generation: 2, at: later(90) })).toBe(false);
      const long = { ...step, generation: 2, refreshExpiresAt: later(9999) };
      expect(await sessions.rotate(long)).toBe(true);
      expect(await sessions.rotate({ ...long, generation: 3, at: later(3600) })).toBe(false);
      await sessions.revoke(session.id, 'logout', later(2));
      expect(await sessions.rotate({ ...long, generation: 3 })).toBe(false);
    });

    it('says how long ago a rotation was by its own clock, whatever the one of the caller says (R151)', async () => {
      const user = await users.insert(newUser(), 'hash');
      const session = newSession(user.id);
      await sessions.insert(session);
      expect(await sessions.findForRefresh(session.id)).toEqual({ session, user, rotationAgeMs: null });
      const sent = performance.now();
      await sessions.rotate({ ...session, at: later(1) });
      await new Promise((resolve) => setTimeout(resolve, 50));
      const found = await sessions.findForRefresh(session.id);
      // Moments are kept to the millisecond.
      expect(found?.rotationAgeMs).toBeGreaterThanOrEqual(48);
      expect(found?.rotationAgeMs).toBeLessThan(performance.now() - sent + 2);
      expect(found?.session.generation).toBe(1);
      const rotatedAt = found?.session.rotatedAt?.getTime() ?? 0;
      // All of these servers run on the machine of the test.
      expect(Math.abs(Date.now() - rotatedAt)).toBeLessThan(60_000);
    });

    it('ends with all sessions those that live by a clock which is behind (R151)', async () => {
      const user = await users.insert(newUser(), 'hash');
      const session = newSession(user.id);
      await sessions.insert(session);
      await sessions.revokeAll(user.id, 'logout_all', later(60 + 300));
      expect(await sessions.findLive(user.id, later(30))).toEqual([]);
    });

    it('revokes once, and only for the owner when one is named', async () => {
      const user = await users.insert(newUser(), 'hash');
      const session = newSession(user.id);
      await sessions.insert(session);
      expect(await sessions.revoke(session.id, 'logout', NOW, randomId())).toBe(false);
      expect(await sessions.revoke(session.id, 'logout', NOW, user.id)).toBe(true);
      expect(await sessions.revoke(session.id, 'refresh_reuse', later(1))).toBe(false);
      expect((await sessions.findWithUser(session.id))?.session).toMatchObject({
        revokedAt: NOW,
        revokeReason: 'logout',
      });
      expect(await sessions.findLive(user.id, NOW)).toEqual([]);
    });

    it('revokes all but one', async () => {
      const user = await users.insert(newUser(), 'hash');
      const other = await users.insert(newUser(), 'hash');
      const list = [0, 1, 2].map(() => newSession(user.id));
      const foreign = newSession(other.id);
      for (const session of [...list, foreign]) await sessions.insert(session);
      expect(await sessions.revokeAll(user.id, 'logout_all', NOW, list[1]?.id)).toBe(2);
      expect(await sessions.findLive(user.id, NOW)).toEqual([list[1]]);
      expect(await sessions.revokeAll(user.id, 'logout_all', NOW)).toBe(1);
      expect(await sessions.findLive(other.id, NOW)).toEqual([foreign]);
    });

    it('keeps the newest; equal times are told apart by id', async () => {
      const user = await users.insert(newUser(), 'hash');
      const old = newSession(user.id, { createdAt: later(-10) });
      const ended = newSession(user.id, { createdAt: later(5), refreshExpiresAt: later(-1) });
      const same = [0, 1, 2, 3].map(() => newSession(user.id)).sort((a, b) => (a.id < b.id ? 1 : -1));
      for (const session of [old, ended, ...same]) await sessions.insert(session);
      expect(await sessions.revokeOldest(user.id, 5, NOW)).toBe(0);
      expect(await sessions.revokeOldest(user.id, 2, NOW)).toBe(3);
      expect(await sessions.findLive(user.id, NOW)).toEqual(same.slice(0, 2));
      expect(await sessions.revokeOldest(user.id, 0, NOW)).toBe(2);
    });

    it('moves the activity forward only', async () => {
      const user = await users.insert(newUser(), 'hash');
      const session = newSession(user.id);
      await sessions.insert(session);
      await sessions.touch(session.id, later(-1));
      expect((await sessions.findWithUser(session.id))?.session.lastActivityAt).toEqual(NOW);
      await sessions.touch(session.id, later(1));
      expect((await sessions.findWithUser(session.id))?.session.lastActivityAt).toEqual(later(1));
    });

    it('reads a session and its user with one statement', async () => {
      const user = await users.insert(newUser(), 'hash');
      const session = newSession(user.id);
      await sessions.insert(session);
      const statements: string[] = [];
      const logger = database.dataSource.logger;
      const logQuery = logger.logQuery;
      logger.logQuery = (query: string) => void statements.push(query);
      await sessions.findWithUser(session.id);
      logger.logQuery = logQuery;
      expect(statements).toHaveLength(1);
      expect(statements[0]).not.toContain('password_hash');
    });
  });
});
