import type { UpdateQueryBuilder } from 'typeorm';
import type { MfaMethodName } from '../../contracts';
import type {
  AddDeviceLimits,
  AddDeviceOutcome,
  MfaAccount,
  MfaDevice,
  MfaRepository,
  PendingFactor,
  RemoveDeviceOutcome,
} from '../../mfa';
import type { Database } from '../database';
import type { MfaAccountRow } from '../entities';
import { isKnownId, requireCriterion } from './require-criterion';
import { TypeormBackupCodes } from './typeorm-backup-codes';
import { TypeormMfaDevices } from './typeorm-mfa-devices';
import { TypeormMfaSetups } from './typeorm-mfa-setups';

type Change = (query: UpdateQueryBuilder<MfaAccountRow>) => UpdateQueryBuilder<MfaAccountRow>;

export class TypeormMfaRepository implements MfaRepository {
  private readonly codes: TypeormBackupCodes;
  private readonly devices: TypeormMfaDevices;
  private readonly setups: TypeormMfaSetups;

  constructor(private readonly database: Database) {
    this.codes = new TypeormBackupCodes(database);
    this.devices = new TypeormMfaDevices(database);
    this.setups = new TypeormMfaSetups(database);
  }

  async findAccount(userId: string): Promise<MfaAccount> {
    const row = await this.readAccount(userId);
    return {
      userId,
      factors: row?.factors ?? 0,
      backupCodesLeft: row ? await this.codes.countLeft(userId) : 0,
      exemption: row?.exemptAt
        ? { at: row.exemptAt, by: row.exemptBy, reason: row.exemptReason ?? '' }
        : null,
      requiredSince: row?.requiredSince ?? null,
    };
  }

  findDevices(userId: string): Promise<MfaDevice[]> {
    return this.devices.findAll(userId);
  }

  findDevice(id: string, userId: string): Promise<MfaDevice | null> {
    return this.devices.find(id, userId);
  }

  findOwner(id: string): Promise<string | null> {
    return this.devices.findOwner(id);
  }

  async addDevice(device: MfaDevice, { max, onlyFirst }: AddDeviceLimits): Promise<AddDeviceOutcome> {
    const { userId, slot } = device;
    if (!isKnownId('user id', userId)) return 'refused';
    requireCriterion('factor slot', slot);
    const counted = await this.changeAccount(userId, (query) =>
      query
        .set({ factors: () => 'factors + 1', version: () => 'version + 1' })
        .where('user_id = :userId AND factors < :limit', { userId, limit: onlyFirst ? 1 : max }),
    );
    if (!counted) return 'refused';
    // Before anything is deleted: on MariaDB a delete that finds no row keeps others from inserting beside it.
    if (!(await this.devices.insert(device, true))) {
      await this.devices.delete('user_id = :userId AND slot = :slot', { userId, slot });
      await this.changeAccount(userId, (query) =>
        query.set({ factors: () => 'factors - 1' }).where('user_id = :userId', { userId }),
      );
      await this.devices.insert(device, false);
      return 'replaced';
    }
    return (await this.readAccount(userId))?.factors === 1 ? 'first' : 'added';
  }

  async removeDevice(id: string, userId: string, keepLast: boolean): Promise<RemoveDeviceOutcome> {
    if (!isKnownId('factor id', id) || !isKnownId('user id', userId)) return 'absent';
    // Holds the account's row to the end of the unit, so that nobody else counts its factors meanwhile.
    if (!(await this.holdAccount(userId))) return 'absent';
    const removed = await this.devices.delete('id = :id AND user_id = :userId', { id, userId });
    if (removed === 0) return 'absent';
    const counted = await this.changeAccount(userId, (query) =>
      query
        .set({ factors: () => 'factors - 1' })
        .where('user_id = :userId AND (factors > :least OR exempt_at IS NOT NULL)', {
          userId,
          least: keepLast ? 1 : 0,
        }),
    );
    if (!counted) return 'last';
    if ((await this.readAccount(userId))?.factors !== 0) return 'removed';
    await this.codes.removeAllBut(userId, []);
    return 'removed_last';
  }

  rename(id: string, userId: string, name: string): Promise<boolean> {
    return this.devices.rename(id, userId, name);
  }

  prefer(id: string, userId: string, at: Date): Promise<boolean> {
    return this.devices.prefer(id, userId, at);
  }

  markUsed(id: string, userId: string, at: Date): Promise<boolean> {
    return this.devices.markUsed(id, userId, at);
  }

  retarget(
    id: string,
    userId: string,
    from: string,
    to: Pick<MfaDevice, 'target' | 'name'>,
  ): Promise<boolean> {
    return this.devices.retarget(id, userId, from, to);
  }

  replaceSecret(id: string, userId: string, from: string, to: string): Promise<boolean> {
    return this.devices.replaceSecret(id, userId, from, to);
  }

  acceptTotpStep(userId: string, step: number): Promise<boolean> {
    return this.changeAccount(userId, (query) =>
      query
        .set({ totpStep: step })
        .where('user_id = :userId AND (totp_step IS NULL OR totp_step < :step)', { userId, step }),
    );
  }

  async findTotpStep(userId: string): Promise<number | null> {
    return (await this.readAccount(userId))?.totpStep ?? null;
  }

  putPending(pending: PendingFactor): Promise<void> {
    return this.setups.put(pending);
  }

  findPending(userId: string, binding: string, type: MfaMethodName, at: Date): Promise<PendingFactor | null> {
    return this.setups.find(userId, binding, type, at);
  }

  takePending(id: string, userId: string, at: Date): Promise<boolean> {
    return this.setups.take(id, userId, at);
  }

  deleteExpiredPending(before: Date, limit: number): Promise<number> {
    return this.setups.deleteExpired(before, limit);
  }

  async replaceBackupCodes(userId: string, hashes: readonly string[], at: Date): Promise<void> {
    // Two that make codes at the same time queue here, and the later set is the one that lives (R083).
    await this.holdAccount(userId);
    if (hashes.length > 0) await this.codes.insert(userId, hashes, at);
    await this.codes.removeAllBut(userId, hashes);
  }

  hasBackupCode(userId: string, hashes: readonly string[]): Promise<boolean> {
    return this.codes.has(userId, hashes);
  }

  useBackupCode(userId: string, hashes: readonly string[], at: Date): Promise<boolean> {
    return this.codes.use(userId, hashes, at);
  }

  setExemption(userId: string, exemption: MfaAccount['exemption']): Promise<boolean> {
    const { at = null, by = null, reason = null } = exemption ?? {};
    const differs = exemption
      ? '(exempt_at IS NULL OR exempt_reason IS NULL OR exempt_reason <> :reason)'
      : 'exempt_at IS NOT NULL';
    return this.changeAccount(userId, (query) =>
      query
        .set({ exemptAt: at, exemptBy: by, exemptReason: reason, version: () => 'version + 1' })
        .where(`user_id = :userId AND ${differs}`, { userId, reason }),
    );
  }

  async noteRequired(userId: string, at: Date): Promise<Date> {
    const noted = await this.changeAccount(userId, (query) =>
      query.set({ requiredSince: at }).where('user_id = :userId AND required_since IS NULL', { userId }),
    );
    return noted ? at : ((await this.readAccount(userId))?.requiredSince ?? at);
  }

  private async readAccount(userId: string): Promise<MfaAccountRow | null> {
    if (!isKnownId('user id', userId)) return null;
    return this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.mfaAccounts, 'account')
        .where('account.userId = :userId', { userId })
        .getOne(),
    );
  }

  private holdAccount(userId: string): Promise<boolean> {
    return this.changeAccount(userId, (query) =>
      query.set({ version: () => 'version + 1' }).where('user_id = :userId', { userId }),
    );
  }

  /**
   * One conditional statement; the row of an account is made before, when it is first needed. On MariaDB an update that
   * finds no row locks the gap where it would be, and two that have done so never get to insert.
   */
  private async changeAccount(userId: string, change: Change): Promise<boolean> {
    if (!isKnownId('user id', userId)) return false;
    if (!(await this.readAccount(userId))) await this.insertAccount(userId);
    return (await this.updateAccount(change)) === 1;
  }

  private async updateAccount(change: Change): Promise<number> {
    const result = await this.database.execute((manager) =>
      change(
        manager.createQueryBuilder().update(this.database.entities.mfaAccounts).updateEntity(false),
      ).execute(),
    );
    return result.affected ?? 0;
  }

  /**
   * Passes over a row that somebody else has just made, but holds it as the update that follows wants it: of several that
   * only shared it, none could go on.
   */
  private async insertAccount(userId: string): Promise<void> {
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(this.database.entities.mfaAccounts)
        .values({ userId, factors: 0, version: 0 })
        .orUpdate(['user_id'], ['user_id'])
        .updateEntity(false)
        .callListeners(false)
        .execute(),
    );
  }
}
