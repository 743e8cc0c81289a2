import { describe, expect, it } from 'vitest';
import { expectError, member, type Topic } from '../support/world';

export const profileTopic: Topic = (world) =>
  describe('profile', () => {
    it('is read', async () => {
      const { visitor: who, email } = await member(world, { locale: 'de-AT', timezone: 'Europe/Vienna' });
      const answer = await who.profile();
      expect(answer.status).toBe(200);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.body).toMatchObject({
        email,
        firstName: null,
        locale: 'de-AT',
        timezone: 'Europe/Vienna',
      });
      expect(answer.text).not.toMatch(/\$2b\$|securityVersion|refreshSalt/);
    });

    it('is changed field by field, and null empties one', async () => {
      const { visitor: who } = await member(world, { firstName: 'Ada', lastName: 'Lovelace' });
      const change = (json: object) => who.call('PUT', '/auth/profile', { json });
      const renamed = await change({ firstName: 'Ida \u{1F600}', timezone: 'UTC' });
      expect([renamed.status, renamed.headers['cache-control']]).toEqual([200, 'no-store']);
      expect(renamed.body).toMatchObject({
        firstName: 'Ida \u{1F600}',
        lastName: 'Lovelace',
        timezone: 'UTC',
      });
      expect((await change({ lastName: null })).body.lastName).toBeNull();
      expect((await change({})).status).toBe(200);
      expect((await who.profile()).body).toMatchObject({ firstName: 'Ida \u{1F600}', lastName: null });
    });

    it('refuses fields that are not the user’s to change', async () => {
      const { visitor: who } = await member(world);
      const before = (await who.profile()).text;
      for (const field of ['role', 'sub', 'isEmailVerified', 'passwordHash']) {
        const answer = await who.call('PUT', '/auth/profile', { json: { firstName: 'Eve', [field]: 'x' } });
        expectError(answer, 400, 'VALIDATION_FAILED');
        expect(Object.keys((answer.body.details as { fields: object }).fields)).toEqual([field]);
      }
      for (const json of ['{"__proto__":{"role":"x"}}', '{"constructor":{"prototype":{"role":"x"}}}']) {
        expectError(await who.call('PUT', '/auth/profile', { raw: json }), 400, 'VALIDATION_FAILED');
      }
      expect((await who.profile()).text).toBe(before);
    });
  });
