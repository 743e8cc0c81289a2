import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import type {
  AddressChange,
  NewUser,
  ProfilePatch,
  User,
  UserIdentifier,
  UserRepository,
  UserWithPassword,
} from '../../users';
import type { Database } from '../database';
import type { UserRow } from '../entities';
import { asIdentifierTaken } from './identifier-taken';
import { mapUser } from './map-user';
import { isKnownId, requireCriterion } from './require-criterion';

export interface UserRepositoryOptions {
  /** Accounts may share a phone number; it does not sign in then. */
  allowDuplicatePhones: boolean;
}

const identifierColumns = { email: 'email', username: 'username', phone: 'phoneKey' } as const;

export class TypeormUserRepository implements UserRepository {
  constructor(
    private readonly database: Database,
    private readonly options: UserRepositoryOptions,
  ) {}

  async insert(user: NewUser, passwordHash: string | null): Promise<User> {
    try {
      await this.database.run(async () => {
        await this.insertUser(user);
        if (passwordHash !== null) await this.insertCredential(user, passwordHash);
      });
    } catch (error) {
      throw asIdentifierTaken(error);
    }
    const hasPassword = passwordHash !== null;
    const passwordChangedAt = hasPassword ? user.createdAt : null;
    return {
      ...{ ...user, hasPassword, passwordChangedAt },
      ...{ passwordChangeRequired: false, passwordRecoveredBy: null, securityVersion: 1 },
    };
  }

  async findById(id: string): Promise<User | null> {
    if (!isKnownId('user id', id)) return null;
    return this.database.execute((manager) => this.readById(manager, id));
  }

  async findWithPassword(identifier: UserIdentifier): Promise<UserWithPassword | null> {
    requireCriterion(`identifier ${identifier.kind}`, identifier.value);
    const column = identifierColumns[identifier.kind];
    const row = await this.database.execute((manager) =>
      this.select(manager)
        .addSelect('credential.passwordHash')
        .where(`user.${column} = :value`, { value: identifier.value })
        .getOne(),
    );
    // Byte for byte, whatever the collation: some ignore spaces at the end (R140).
    if (!row || row[column] !== identifier.value) return null;
    return { user: mapUser(row), passwordHash: row.credential?.passwordHash ?? null };
  }

  async updateProfile(id: string, patch: ProfilePatch, at: Date): Promise<User | null> {
    if (!isKnownId('user id', id)) return null;
    const { firstName, lastName, locale, timezone } = patch;
    return this.database.execute(async (manager) => {
      await manager
        .createQueryBuilder()
        .update(this.database.entities.users)
        .set({ firstName, lastName, locale, timezone, updatedAt: at })
        .where('id = :id', { id })
        .updateEntity(false)
        .execute();
      return this.readById(manager, id);
    });
  }

  async changeAddress({ userId, kind, from, to, isVerified, at }: AddressChange): Promise<User | null> {
    if (!isKnownId('user id', userId)) return null;
    const phoneKey = this.options.allowDuplicatePhones ? null : to;
    // An account always has an e-mail address.
    if (kind === 'email') requireCriterion('new address', to);
    const change =
      kind === 'email' && to !== null
        ? { email: to, isEmailVerified: isVerified }
        : { phone: to, phoneKey, isPhoneVerified: isVerified };
    const isSeen = from === null ? `${kind} IS NULL` : `${kind} = :from`;
    try {
      return await this.database.execute(async (manager) => {
        const { affected } = await manager
          .createQueryBuilder()
          .update(this.database.entities.users)
          .set({ ...change, updatedAt: at })
          .where(`id = :userId AND ${isSeen} AND is_active = :active`, { userId, from, active: true })
          .updateEntity(false)
          .execute();
        return affected === 1 ? this.readById(manager, userId) : null;
      });
    } catch (error) {
      throw asIdentifierTaken(error);
    }
  }

  async hold(id: string): Promise<void> {
    // The units of SQLite run one after the other as it is.
    if (!isKnownId('user id', id) || this.database.family === 'sqlite') return;
    // On PostgreSQL not as far as to keep others from inserting rows that point to it.
    const lock = this.database.family === 'postgres' ? 'for_no_key_update' : 'pessimistic_write';
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.users, 'user')
        .select('user.id')
        .where('user.id = :id', { id })
        .setLock(lock)
        .getOne(),
    );
  }

  async claimLogin(id: string, securityVersion: number, at: Date): Promise<boolean> {
    if (!isKnownId('user id', id)) return false;
    const result = await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(this.database.entities.users)
        // The counter changes the row every time, so a server that counts changed rows counts this one.
        .set({ lastLoginAt: at, loginCount: () => 'login_count + 1' })
        .where('id = :id AND security_version = :securityVersion AND is_active = :active', {
          id,
          securityVersion,
          active: true,
        })
        .updateEntity(false)
        .execute(),
    );
    return result.affected === 1;
  }

  async raiseSecurityVersion(id: string, securityVersion: number, at: Date): Promise<boolean> {
    if (!isKnownId('user id', id)) return false;
    const result = await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(this.database.entities.users)
        .set({ securityVersion: () => 'security_version + 1', updatedAt: at })
        .where('id = :id AND security_version = :securityVersion', { id, securityVersion })
        .updateEntity(false)
        .execute(),
    );
    return result.affected === 1;
  }

  private async insertUser(user: NewUser): Promise<void> {
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(this.database.entities.users)
        .values({
          ...user,
          phoneKey: this.options.allowDuplicatePhones ? null : user.phone,
          securityVersion: 1,
          lastLoginAt: null,
          loginCount: 0,
        })
        .updateEntity(false)
        .callListeners(false)
        .execute(),
    );
  }

  private async insertCredential(user: NewUser, passwordHash: string): Promise<void> {
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(this.database.entities.passwordCredentials)
        .values({ userId: user.id, passwordHash, changedAt: user.createdAt, createdAt: user.createdAt })
        .updateEntity(false)
        .callListeners(false)
        .execute(),
    );
  }

  private async readById(manager: EntityManager, id: string): Promise<User | null> {
    const row = await this.select(manager).where('user.id = :id', { id }).getOne();
    return row ? mapUser(row) : null;
  }

  private select(manager: EntityManager): SelectQueryBuilder<UserRow> {
    const { users, passwordCredentials } = this.database.entities;
    return manager
      .createQueryBuilder(users, 'user')
      .leftJoinAndMapOne(
        'user.credential',
        passwordCredentials.options.name,
        'credential',
        'credential.userId = user.id',
      );
  }
}
