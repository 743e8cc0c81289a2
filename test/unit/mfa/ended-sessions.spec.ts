import 'reflect-metadata';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Database, TypeormSessionFeed } from '../../../lib/persistence';
import { TypeormMfaRepository } from '../../../lib/persistence/repositories/typeorm-mfa.repository';
import { borrowTestDatabase } from '../../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { App, Client, member, openWorld, outcome, withApp, withCode, world, type World } from './support';

/**
 * Does `meanwhile` to the end after the first look at the factors of an account, or before the first unit of work,
 * whichever comes first: between what a request has found and what it changes.
 */
function interrupt(meanwhile: () => Promise<unknown>): void {
  let isDone = false;
  const once = async (): Promise<void> => {
    if (isDone) return;
    isDone = true;
    await meanwhile();
  };
  const run = Reflect.get(Database.prototype, 'run');
  vi.spyOn(Database.prototype, 'run').mockImplementation(async function (
    this: Database,
    work: () => Promise<unknown>,
  ): Promise<unknown> {
    await once();
    return Reflect.apply(run, this, [work]);
  });
  const { findAccount } = TypeormMfaRepository.prototype;
  vi.spyOn(TypeormMfaRepository.prototype, 'findAccount').mockImplementation(async function (
    this: TypeormMfaRepository,
    userId: string,
  ) {
    const found = await Reflect.apply(findAccount, this, [userId]);
    await once();
    return found;
  });
}

async function newApp({ core, now }: World, who: Client): Promise<App> {
  const { setupData } = await who.as(() => core.mfaService.setup({ methodName: 'totp' }));
  return new App(String(setupData['secret']), now);
}

const verify = ({ core }: World, who: Client, app: App) =>
  who.as(() => core.mfaService.verifySetup({ methodName: 'totp', setupData: { code: app.code() } }));

const factorsOf = async ({ core }: World, who: Client): Promise<number> =>
  (await who.as(() => core.mfaService.getUserDevices())).devices.length;

describeEachEngine('changes of factors by a session that ends meanwhile (R084, R086)', (engine) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await borrowTestDatabase(engine, 4);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await database.drop();
  });

  it('make no backup codes beside a factor that the owner sets up, which the session lacks', async () => {
    const here = await world(database);
    const owner = await member(here);
    const other = new Client(here.core, owner.email);
    await other.login();
    const app = await newApp(here, owner);
    const generated = other.as(() => {
      interrupt(() => verify(here, owner, app));
      return here.core.mfaService.generateBackupCodes();
    });
    expect(await outcome(generated)).toBe('AUTH_SESSION_NOT_FOUND');
    vi.restoreAllMocks();
    const { backupCodesRemaining } = await owner.as(() => here.core.mfaService.getMfaStatus());
    expect(backupCodesRemaining).toBe(0);
  });

  it('add no factor of its own beside the first one of the owner', async () => {
    const here = await world(database);
    const owner = await member(here);
    const other = new Client(here.core, owner.email);
    await other.login();
    const [app, stolen] = [await newApp(here, owner), await newApp(here, other)];
    const added = other.as(() => {
      interrupt(() => verify(here, owner, app));
      return here.core.mfaService.verifySetup({
        ...{ methodName: 'totp', setupData: { code: stolen.code() } },
        deviceName: 'not of the owner',
      });
    });
    expect(await outcome(added)).toBe('AUTH_SESSION_NOT_FOUND');
    vi.restoreAllMocks();
    expect(await factorsOf(here, owner)).toBe(1);
  });

  it.each(['add', 'remove', 'generate', 'trust', 'phone', 'email'] as const)('%s nothing', async (change) => {
    const here = await world(database, { rememberDevices: 'user_opt_in' });
    const { mfaService, authService } = here.core;
    const who = await member(here);
    const { deviceId } = await withApp(here, who);
    const app = await newApp(here, who);
    const phone = await withCode(here, 'sms', () =>
      who.as(() => authService.updateProfile({ phone: '+14155552671' })),
    );
    await who.as(() => authService.confirmPhone({ code: phone.code }));
    const email = await withCode(here, 'email', () =>
      who.as(() => authService.updateProfile({ email: `another.${who.email}` })),
    );
    const changes = {
      add: () => mfaService.verifySetup({ methodName: 'totp', setupData: { code: app.code() } }),
      remove: () => mfaService.removeDevice({ deviceId }),
      generate: () => mfaService.generateBackupCodes(),
      trust: () => authService.trustDevice(),
      phone: () => authService.updateProfile({ phone: null }),
      email: () => authService.confirmEmail({ code: email.code }),
    };
    const done = who.as<object>(() => {
      interrupt(() => authService.logoutAll());
      return changes[change]();
    });
    expect(await outcome(done)).toBe('AUTH_SESSION_NOT_FOUND');
  });

  it('are judged by the session as it is stored, and not as this instance remembers it', async () => {
    // No instance hears of what another one does.
    vi.spyOn(TypeormSessionFeed.prototype, 'read').mockResolvedValue({ notes: [], complete: true });
    const here = await world(database);
    const there = await openWorld(database);
    try {
      const who = await member(here);
      const again = new Client(there.core, who.email);
      again.accessToken = who.accessToken;
      await again.as(async () => there.core.authService.getProfile());
      await withApp(here, who);
      expect(await outcome(again.as(() => there.core.mfaService.setup({ methodName: 'totp' })))).toBe('done');
      expect(await outcome(again.as(() => there.core.mfaService.generateBackupCodes()))).toBe('done');
    } finally {
      await there.core.close();
    }
  });
});
