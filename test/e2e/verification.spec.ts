import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostNames, type HostName } from '../hosts/arguments';
import type { HarnessFile } from '../hosts/harness-file';
import { startHost, type HostProcess } from '../support/host-process';
import { MailServer } from '../support/mail-server';
import { createTestDatabase, describeEachEngine, type TestDatabase } from '../support/services';
import { coversHalf } from './support/covered-pairs';
import { Mailbox } from './support/mailbox';
import { serverFile } from './support/server-file';
import type { World } from './support/world';
import { verificationTopic } from './topics/verification.topic';

/** The host whose e-mail goes through a real mail server. */
const MAIL_HOST: HostName = hostNames[0];
const UNCAPPED = { recipient: false, account: false, network: false, all: false } as const;

/** All visitors come from one address, and make many mistakes together. */
function verifying(file: HarnessFile, mail: MailServer | undefined): HarnessFile {
  const loose = { maxAttemptsPerIP: 10_000 };
  return {
    ...file,
    signup: {
      verificationMethod: 'both',
      emailVerification: { ...loose, baseUrl: 'https://app.example.com/verify' },
      phoneVerification: loose,
    },
    rateLimits: { ...file.rateLimits, messages: { email: UNCAPPED, sms: UNCAPPED } },
    ...(mail && { email: { type: 'smtp', url: mail.url } }),
  };
}

for (const delivery of ['json', 'cookies'] as const) {
  describeEachEngine(`verification, ${delivery} delivery`, (engine) => {
    const hosts = hostNames.filter((host) => coversHalf(engine, host, delivery));
    const servers = new Map<HostName, HostProcess>();
    const databases: TestDatabase[] = [];
    let mail: MailServer;

    beforeAll(async () => {
      mail = await MailServer.start();
      await Promise.all(
        hosts.map(async (host) => {
          const database = await createTestDatabase(engine);
          databases.push(database);
          const file = verifying(
            serverFile(database.options, delivery),
            host === MAIL_HOST ? mail : undefined,
          );
          servers.set(host, await startHost(host, file));
        }),
      );
    });
    afterAll(async () => {
      await Promise.all([...servers.values()].map((server) => server.stop()));
      await mail.stop();
      await Promise.all(databases.map((database) => database.drop()));
    });

    describe.each(hosts)('%s', (host) => {
      const server = (): HostProcess => {
        const found = servers.get(host);
        if (!found) throw new Error(`${host} does not run`);
        return found;
      };
      const style = delivery === 'json' ? 'native' : 'browser';
      const world: World = { host, engine, delivery, style, server };
      verificationTopic(world, () => new Mailbox(world, host === MAIL_HOST ? mail : undefined));

      it('still runs, and has reported nothing', () => {
        expect([server().isAlive, server().errors]).toEqual([true, '']);
      });
    });
  });
}
