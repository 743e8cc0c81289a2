import type { SignupProfile, UnprovedAccountRepository, User } from '../../users';
import type { Database } from '../database';
import { asIdentifierTaken } from './identifier-taken';
import { mapUser } from './map-user';
import { isKnownId, requireCriterion } from './require-criterion';
import type { UserRepositoryOptions } from './typeorm-user.repository';

const UNPROVED =
  'is_email_verified = :no AND is_phone_verified = :no AND is_active = :yes AND login_count = 0';
const FLAGS = { no: false, yes: true };

export class TypeormUnprovedAccountRepository implements UnprovedAccountRepository {
  constructor(
    private readonly database: Database,
    private readonly options: UserRepositoryOptions,
  ) {}

  async findByEmail(email: string): Promise<User | null> {
    requireCriterion('identifier email', email);
    const { users, passwordCredentials } = this.database.entities;
    const row = await this.database.execute((manager) =>
      manager
        .createQueryBuilder(users, 'user')
        .leftJoinAndMapOne(
          'user.credential',
          passwordCredentials.options.name,
          'credential',
          'credential.userId = user.id',
        )
        .where(`email = :email AND ${UNPROVED}`, { email, ...FLAGS })
        .getOne(),
    );
    // Byte for byte, whatever the collation (R140).
    return row?.email === email ? mapUser(row) : null;
  }

  async take(
    { id, securityVersion }: Pick<User, 'id' | 'securityVersion'>,
    { username, phone, firstName, lastName, locale, timezone, metadata }: SignupProfile,
    at: Date,
  ): Promise<boolean> {
    if (!isKnownId('user id', id)) return false;
    const phoneKey = this.options.allowDuplicatePhones ? null : phone;
    try {
      const { affected } = await this.database.execute((manager) =>
        manager
          .createQueryBuilder()
          .update(this.database.entities.users)
          .set({
            ...{ username, phone, phoneKey, firstName, lastName, locale, timezone, metadata },
            updatedAt: at,
          })
          .where(`id = :id AND security_version = :securityVersion AND ${UNPROVED}`, {
            ...{ id, securityVersion },
            ...FLAGS,
          })
          .updateEntity(false)
          .execute(),
      );
      return affected === 1;
    } catch (error) {
      throw asIdentifierTaken(error);
    }
  }
}
