import type { DatabaseOptions } from '../../../lib/config/nauth-config';
import { dataSourceOptions } from '../../../lib/persistence/data-source-options';
import { openDatabase, TypeormSessionRepository, TypeormUserRepository } from '../../../lib/persistence';

/** What the parent asks for. */
interface Job {
  database: DatabaseOptions;
  /** Ends the process with SIGKILL before it sends its n-th statement. */
  killAt?: number;
  write?: { id: string; at: string };
  read?: { id: string };
}

async function main(): Promise<void> {
  const job: Job = JSON.parse(process.argv[2] ?? '{}');
  const database = await openDatabase({
    database:
      job.killAt === undefined ? job.database : { ...dataSourceOptions(job.database), ...killer(job.killAt) },
    tablePrefix: 'nauth_',
    migrations: { autoRun: true },
    logger: undefined,
  });
  const users = new TypeormUserRepository(database, { allowDuplicatePhones: false });
  const sessions = new TypeormSessionRepository(database);
  if (job.write) {
    const at = new Date(job.write.at);
    await users.insert(
      {
        id: job.write.id,
        email: `${job.write.id}@example.org`,
        username: null,
        phone: null,
        firstName: null,
        lastName: null,
        locale: null,
        timezone: null,
        metadata: {},
        isEmailVerified: false,
        isPhoneVerified: false,
        isActive: true,
        createdAt: at,
        updatedAt: at,
      },
      'hash',
    );
    await sessions.insert({
      id: job.write.id,
      userId: job.write.id,
      generation: 0,
      refreshSalt: 'salt',
      delivery: 'json',
      authMethod: 'password',
      amr: ['pwd'],
      mfaSparedBy: null,
      authTime: at,
      deviceId: null,
      deviceName: null,
      deviceType: null,
      browser: null,
      os: null,
      network: null,
      country: null,
      city: null,
      latitudeE2: null,
      longitudeE2: null,
      ipAddress: null,
      userAgent: null,
      createdAt: at,
      lastActivityAt: at,
      rotatedAt: null,
      refreshExpiresAt: new Date(at.getTime() + 1000),
      expiresAt: new Date(at.getTime() + 1000),
      revokedAt: null,
      revokeReason: null,
    });
  }
  if (job.read) {
    const found = await sessions.findWithUser(job.read.id);
    const at = found?.session.createdAt ?? new Date(0);
    const live = await sessions.findLive(job.read.id, new Date(at.getTime() + 999));
    const ended = await sessions.findLive(job.read.id, new Date(at.getTime() + 1000));
    console.log(
      JSON.stringify({
        session: at.toISOString(),
        user: found?.user.createdAt.toISOString(),
        live: live.length,
        ended: ended.length,
      }),
    );
  }
  await database.close();
}

/** A TypeORM logger that counts statements; it is told of each before it is sent. */
function killer(killAt: number): object {
  let count = 0;
  const nothing = (): void => undefined;
  return {
    logging: true,
    logger: {
      logQuery: () => {
        count += 1;
        if (count === killAt) process.kill(process.pid, 'SIGKILL');
      },
      logQueryError: nothing,
      logQuerySlow: nothing,
      logSchemaBuild: nothing,
      logMigration: nothing,
      log: nothing,
    },
  };
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
