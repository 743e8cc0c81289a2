import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostNames, type HostName } from '../../hosts/arguments';
import { startHost, type HostProcess } from '../../support/host-process';
import {
  createTestDatabase,
  describeEachEngine,
  type EngineName,
  type TestDatabase,
} from '../../support/services';
import { coversPairs } from './covered-pairs';
import { serverFile } from './server-file';
import { recordTranscript } from './transcript';
import type { Style } from './visitor';
import type { Delivery, World } from './world';
import { browserTopics, topics } from '../topics';

const deliveries: Record<Delivery, readonly Style[]> = {
  json: ['native'],
  cookies: ['browser'],
  hybrid: ['native', 'browser'],
};

/** What the first server answered to the scripted flow; every other one, on whatever host and engine, answers the same. */
const references = new Map<string, { where: string; lines: string[] }>();

/** All topics on hosts and databases that are there, with tokens delivered in one way; see coversPairs. */
export function describeDelivery(delivery: Delivery): void {
  describeEachEngine(`${delivery} delivery`, (engine) => describeServers(engine, delivery));
}

function describeServers(engine: EngineName, delivery: Delivery): void {
  const stylesOf = (host: HostName): readonly Style[] =>
    deliveries[delivery].filter((style) => coversPairs(engine, host, delivery, style));
  const hosts = hostNames.filter((host) => stylesOf(host).length > 0);
  describe('on every host', () => {
    const servers = new Map<HostName, HostProcess>();
    const databases: TestDatabase[] = [];
    beforeAll(async () => {
      await Promise.all(
        hosts.map(async (host) => {
          const database = await createTestDatabase(engine);
          databases.push(database);
          servers.set(host, await startHost(host, serverFile(database.options, delivery)));
        }),
      );
    });
    afterAll(async () => {
      await Promise.all([...servers.values()].map((server) => server.stop()));
      await Promise.all(databases.map((database) => database.drop()));
    });
    for (const host of hosts) {
      const server = (): HostProcess => {
        const found = servers.get(host);
        if (!found) throw new Error(`${host} does not run`);
        return found;
      };
      describe.each(stylesOf(host))(`${host}, %s`, (style) => {
        const world: World = { host, engine, delivery, style, server };
        for (const topic of topics) topic(world);
        if (style === 'browser') for (const topic of browserTopics) topic(world);
        it('answers a whole flow byte for byte as every other host and database', async () => {
          const lines = await recordTranscript(world);
          const name = `${delivery} ${style}`;
          const reference = references.get(name) ?? { where: `${engine} ${host}`, lines };
          references.set(name, reference);
          expect({ as: reference.where, lines }).toEqual({ as: reference.where, lines: reference.lines });
        });
      });
      it(`${host} still runs in the same process and has reported nothing`, async () => {
        const { isAlive, pid, errors } = server();
        expect([isAlive, errors]).toEqual([true, '']);
        expect(pid).toBeGreaterThan(0);
      });
    }
  });
}
