import type { EntityManager } from 'typeorm';
import type { RiskHistory, RiskHistoryQuery, SignInHistory } from '../../risk';
import type { Database } from '../database';
import { isKnownId } from './require-criterion';

const NOTHING: SignInHistory = {
  hasSignedIn: false,
  knownDevice: false,
  knownNetwork: false,
  knownCountry: false,
  lastPlace: null,
};

export class TypeormRiskHistory implements RiskHistory {
  constructor(private readonly database: Database) {}

  async find(query: RiskHistoryQuery): Promise<SignInHistory> {
    if (!isKnownId('user id', query.userId)) return NOTHING;
    return this.database.execute(async (manager) => ({
      ...(await this.known(manager, query)),
      lastPlace: await this.lastPlace(manager, query.userId),
    }));
  }

  private async known(manager: EntityManager, query: RiskHistoryQuery) {
    const { tokenDigests, network, country } = query;
    const [devices, sessions] = [this.database.tableName('devices'), this.database.tableName('sessions')];
    const exists = (table: string, where: string): string =>
      `EXISTS (SELECT 1 FROM ${table} WHERE user_id = :userId AND ${where})`;
    const any = (table: string): string => `EXISTS (SELECT 1 FROM ${table} WHERE user_id = :userId)`;
    const flag = (isAsked: boolean, ...conditions: string[]): string =>
      isAsked ? `CASE WHEN ${conditions.join(' OR ')} THEN 1 ELSE 0 END` : '0';
    const found = await manager
      .createQueryBuilder(this.database.entities.users, 'user')
      .select(
        flag(
          tokenDigests.length > 0,
          exists(devices, 'token_digest IN (:...tokenDigests) AND last_seen_at > :deviceSince'),
        ),
        'device',
      )
      .addSelect(
        flag(
          network !== null,
          exists(devices, 'network = :network AND last_seen_at > :networkSince'),
          exists(sessions, 'network = :network AND created_at > :networkSince'),
        ),
        'network',
      )
      .addSelect(
        flag(country !== null, exists(sessions, 'country = :country AND created_at > :networkSince')),
        'country',
      )
      .addSelect(flag(true, any(devices), any(sessions)), 'signed_in')
      .where('user.id = :userId')
      .setParameters({ ...query })
      .getRawOne<Record<'device' | 'network' | 'country' | 'signed_in', number | string>>();
    return {
      hasSignedIn: Number(found?.signed_in ?? 0) === 1,
      knownDevice: Number(found?.device ?? 0) === 1,
      knownNetwork: Number(found?.network ?? 0) === 1,
      knownCountry: Number(found?.country ?? 0) === 1,
    };
  }

  private async lastPlace(manager: EntityManager, userId: string): Promise<SignInHistory['lastPlace']> {
    const last = await manager
      .createQueryBuilder(this.database.entities.sessions, 'session')
      .where('session.userId = :userId AND session.latitudeE2 IS NOT NULL', { userId })
      .orderBy('session.createdAt', 'DESC')
      .addOrderBy('session.id', 'DESC')
      .limit(1)
      .getOne();
    if (!last || last.latitudeE2 === null || last.longitudeE2 === null) return null;
    return { latitudeE2: last.latitudeE2, longitudeE2: last.longitudeE2, at: last.createdAt };
  }
}
