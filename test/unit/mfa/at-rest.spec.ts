import 'reflect-metadata';
import { RedisTransientStore } from '@nauth-toolkit/nestjs';
import { afterEach, expect, it } from 'vitest';
import { dataSourceOptions } from '../../../lib/persistence/data-source-options';
import { randomId } from '../../../lib/common';
import { borrowTestDatabase } from '../../support/database-pool';
import { ORIGIN } from '../../support/passkeys/software-authenticator';
import { dumpRedis, emptyRedis } from '../../support/redis-dump';
import { describeEachEngine, describeRedis, redisUrl, type EngineName } from '../../support/services';
import { dump, loud, Sink, typeormLogger } from '../audit/sink';
import { connect } from '../audit/support';
import { sing, type Canaries } from './canaries';
import { openWorld } from './support';

const KINDS = [
  ...['password', 'access token', 'refresh token', 'TOTP secret', 'TOTP code', 'email code', 'sms code'],
  ...['passkey challenge', 'backup code', 'device token', 'challenge session', 'passkey session'],
];

const ending: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

interface Written {
  canaries: Canaries;
  /** By where it is. */
  texts: Record<string, string>;
}

/** All that is written while second factors are used in every way. */
async function written(engine: EngineName, storageAdapter?: RedisTransientStore): Promise<Written> {
  const database = await borrowTestDatabase(engine);
  ending.push(() => database.drop());
  const [sink, statements] = [new Sink(), new Sink()];
  const here = await openWorld(
    database,
    { passkey: { rpId: 'app.example.com', origin: [ORIGIN] } },
    {
      ...loud(sink),
      database: {
        ...dataSourceOptions(database.options),
        logging: 'all',
        logger: typeormLogger(statements),
      },
      ...(storageAdapter && { storageAdapter }),
    },
  );
  ending.push(() => here.core.close());
  const canaries = await sing(here);
  const rows = await dump(await connect(database, ending), engine);
  return { canaries, texts: { rows, logs: sink.text, statements: statements.text } };
}

function expectSilence({ canaries, texts }: Written): void {
  expect(canaries.names.sort()).toEqual([...KINDS].sort());
  const found = Object.entries(texts).map(([where, text]) => [where, canaries.foundIn(text)]);
  expect(found).toEqual(Object.keys(texts).map((where) => [where, []]));
}

describeEachEngine('a dump of the database amid second factors (R127, R145)', (engine) => {
  it('holds nothing that would show one, and neither do logs, statements and the audit trail', async () => {
    const made = await written(engine);
    // It is a dump of this application: what may be there is.
    expect(made.texts['rows']).toMatch(/MFA_VERIFICATION_FAILED/);
    expect(made.texts['rows']).toMatch(/passkey:login:/);
    expectSilence(made);
  });
});

describeRedis('a dump of Redis amid second factors (R127, R145)', () => {
  it('holds nothing that would show one', async () => {
    const keyPrefix = `nauth-at-rest-${randomId()}:`;
    ending.push(() => emptyRedis(keyPrefix));
    const made = await written('sqlite', new RedisTransientStore({ url: redisUrl }, { keyPrefix }));
    const entries = await dumpRedis(keyPrefix);
    expect(entries.map(([key]) => key).join()).toMatch(/passkey:login:/);
    expectSilence({ ...made, texts: { ...made.texts, redis: JSON.stringify(entries) } });
  });
});
