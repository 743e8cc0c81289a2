import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NAuthConfig, NAuthCore } from '@nauth-toolkit/nestjs';
import { borrowTestDatabase } from '../support/database-pool';
import type { TestDatabase } from '../support/services';
import { boot, freshEmail, PASSWORD, request } from './audit/support';

const TAKEN = '+12025550144';

describe.each(['sqlite', 'postgres', 'mariadb'] as const)(
  'two addresses asked for at once (%s)',
  (engine) => {
    let database: TestDatabase;
    beforeEach(async () => void (database = await borrowTestDatabase(engine)));
    afterEach(async () => {
      vi.unstubAllEnvs();
      await database.drop();
    });

    /** Somebody who is signed in, beside somebody who has the number. */
    async function open(config: Partial<NAuthConfig> = {}) {
      const core: NAuthCore = await boot(database, config);
      const signup = (phone?: string) =>
        request(core, () => core.authService.signup({ email: freshEmail(), password: PASSWORD, phone }));
      await signup(TAKEN).catch(() => undefined);
      const { accessToken, user } = await signup();
      const as = <T>(work: () => Promise<T>) =>
        request(core, work, { authorization: `Bearer ${String(accessToken)}` });
      const update = (wish: object) => as(() => core.authService.updateProfile(wish));
      return { update, email: user?.email, profile: () => as(() => core.authService.getProfile()) };
    }

    it('are both left as they are when one is taken, where both would stand at once', async () => {
      // Nothing is sent in production when no provider is given.
      vi.stubEnv('NODE_ENV', 'production');
      const { update, email, profile } = await open({
        encryption: { keys: { k1: 'c7Kq2Vx9Bn4Ld8Rt3Zw6Yc1Mf5Hs0JpUe' } },
        password: { bcryptCost: 10 },
      });
      await expect(update({ email: freshEmail(), phone: TAKEN })).rejects.toMatchObject({
        code: 'SIGNUP_PHONE_EXISTS',
      });
      expect(await profile()).toMatchObject({ email, phone: null });
      const both = {
        email: freshEmail(),
        phone: '+12025550145',
      };
      expect(await update(both)).toMatchObject(both);
    });

    it('cause no message when one is taken, and no pause before the next wish', async () => {
      const sent: string[] = [];
      const { update, email, profile } = await open({
        emailProvider: { send: ({ to }) => Promise.resolve(void sent.push(to)) },
      });
      const wish = freshEmail();
      await expect(update({ email: wish, phone: TAKEN })).rejects.toMatchObject({
        code: 'SIGNUP_PHONE_EXISTS',
      });
      expect(await profile()).toMatchObject({ email, phone: null });
      expect(await update({ email: wish })).toMatchObject({ email, pendingEmail: { expiresIn: 600 } });
      expect(await profile()).toMatchObject({ email });
    });
  },
);
