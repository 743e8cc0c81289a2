import { describe, expect, it } from 'vitest';
import { PasswordChanger } from './password-changer.service';
import type { PasswordReplacement, PasswordRepository } from './password.repository';

const NOW = Date.parse('2026-03-01T10:00:00.123Z');
const DAY = 86_400_000;

function changerWith(expiryDays: number, historyCount = 0) {
  const replaced: PasswordReplacement[] = [];
  const demands: [string, Date | null][] = [];
  const settled: string[] = [];
  const repository: PasswordRepository = {
    recentHashes: () => Promise.resolve([]),
    upgradeHash: () => Promise.resolve(false),
    replace: (replacement) => Promise.resolve(replaced.push(replacement) > 0),
    forgetRecovery: (userId) => Promise.resolve(void settled.push(userId)),
    setChangeRequired: (userId, at) => Promise.resolve(demands.push([userId, at]) > 0),
  };
  const options = { expiryDays, historyCount };
  return {
    changer: new PasswordChanger(options, repository, { now: () => NOW }),
    replaced,
    demands,
    settled,
  };
}

const changed = (ageMs: number, passwordChangeRequired = false) => ({
  passwordChangedAt: new Date(NOW - ageMs),
  passwordChangeRequired,
});

describe('PasswordChanger', () => {
  it('never finds a change due by itself (R002)', () => {
    const { changer } = changerWith(0);
    expect(changer.isChangeDue(changed(400 * DAY))).toBe(false);
  });

  it('finds it due when demanded', () => {
    expect(changerWith(0).changer.isChangeDue(changed(0, true))).toBe(true);
    expect(changerWith(90).changer.isChangeDue(changed(0, true))).toBe(true);
  });

  it('finds it due at the age that is configured, to the millisecond', () => {
    const { changer } = changerWith(90);
    expect(changer.isChangeDue(changed(90 * DAY - 1))).toBe(false);
    expect(changer.isChangeDue(changed(90 * DAY))).toBe(true);
  });

  it('finds none due without a password', () => {
    const without = { passwordChangedAt: null, passwordChangeRequired: false };
    expect(changerWith(90).changer.isChangeDue(without)).toBe(false);
  });

  it('hands on what the decision was made upon, and keeps as many as configured', async () => {
    const { changer, replaced, demands } = changerWith(0, 5);
    const user = { id: 'u1', securityVersion: 7 };
    await changer.set(user, 'hash');
    await changer.set(user, 'hash', { changeRequired: true });
    await changer.set(user, 'hash', { recoveredBy: 'sms' });
    const common = {
      userId: 'u1',
      securityVersion: 7,
      passwordHash: 'hash',
      at: new Date(NOW),
      keep: 5,
      recoveredBy: null,
    };
    expect(replaced).toEqual([
      { ...common, changeRequired: false },
      { ...common, changeRequired: true },
      { ...common, changeRequired: false, recoveredBy: 'sms' },
    ]);
    await changer.requireChange('u1');
    await changer.waiveChange('u1');
    expect(demands).toEqual([
      ['u1', new Date(NOW)],
      ['u1', null],
    ]);
  });

  it('asks the database only about a password that a code has set', async () => {
    const { changer, settled } = changerWith(0);
    await changer.settleRecovery({ id: 'u1', passwordRecoveredBy: null });
    await changer.settleRecovery({ id: 'u2', passwordRecoveredBy: 'email' });
    expect(settled).toEqual(['u2']);
  });
});
