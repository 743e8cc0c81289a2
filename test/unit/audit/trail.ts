import { expect } from 'vitest';
import {
  AuditChains,
  AuditPruner,
  AuditSigner,
  type AuditChainRepository,
  type AuditEvent,
  type AuditVerification,
  type AuditVerifyOptions,
} from '../../../lib/audit';
import { AuditVerifier } from '../../../lib/audit/audit-verifier.service';
import { randomId, timeOrderedId } from '../../../lib/common';
import {
  type Database,
  openDatabase,
  TypeormAuditChainRepository,
  TypeormAuditRepository,
} from '../../../lib/persistence';
import { MemoryTransientStore } from '../../../lib/storage';
import { borrowTestDatabase } from '../../support/database-pool';
import type { EngineName, TestDatabase } from '../../support/services';

export const NOW = Date.parse('2026-03-01T10:00:00.000Z');
export const DAY = 24 * 3600_000;

const KEYS = { current: 'k1', keys: new Map([['k1', Buffer.alloc(32, 7)]]) };
const RETENTION_DAYS = 30;

function openTables(database: TestDatabase): Promise<Database> {
  return openDatabase({
    database: database.options,
    tablePrefix: 'nauth_',
    migrations: { autoRun: true },
    logger: undefined,
  });
}

/** A trail on a database of its own, without an application that writes to it. */
export class Trail {
  readonly chains: TypeormAuditChainRepository;
  readonly signer = new AuditSigner(KEYS);
  /** Whom its events are about. */
  readonly user = randomId();
  now = NOW;

  private constructor(
    private readonly home: TestDatabase,
    readonly database: Database,
  ) {
    this.chains = new TypeormAuditChainRepository(database);
  }

  static async open(engine: EngineName): Promise<Trail> {
    const home = await borrowTestDatabase(engine);
    return new Trail(home, await openTables(home));
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.home.drop();
  }

  async empty(): Promise<void> {
    this.now = NOW;
    await this.sql('DELETE FROM nauth_audit_events');
    await this.sql('DELETE FROM nauth_audit_chains');
  }

  /** Another connection to the same trail. */
  another(): Promise<Database> {
    return openTables(this.home);
  }

  sql(text: string): Promise<unknown> {
    return this.database.execute((manager) => manager.query(text));
  }

  event(index: number, change: Partial<AuditEvent> = {}): AuditEvent {
    const at = NOW + index;
    return {
      id: timeOrderedId(at),
      tenant: 'default',
      type: 'LOGIN_FAILED',
      status: 'FAILURE',
      at: new Date(at),
      userId: this.user,
      sessionId: randomId(),
      performedBy: null,
      authMethod: 'password',
      reason: 'wrong_password',
      details: { index },
      ipAddress: '192.0.2.1',
      ipCountry: null,
      ipCity: null,
      userAgent: 'spec',
      deviceId: null,
      deviceType: null,
      platform: null,
      browser: null,
      requestId: null,
      ...change,
    };
  }

  async insert(count: number, change: Partial<AuditEvent> = {}): Promise<AuditEvent[]> {
    const made = Array.from({ length: count }, (_, index) => this.event(index, change));
    const repository = new TypeormAuditRepository(this.database);
    for (const each of made) await repository.insert(this.signer.sign(each));
    return made;
  }

  sealer(
    on = this.database,
    chains: AuditChainRepository = new TypeormAuditChainRepository(on),
  ): AuditChains {
    return new AuditChains(chains, this.signer, on, { now: () => this.now });
  }

  /** Seals all that can be sealed. */
  async seal(sealer = this.sealer()): Promise<void> {
    while ((await sealer.sealNext(7)) === 7);
  }

  async insertSealed(count: number): Promise<AuditEvent[]> {
    const made = await this.insert(count);
    await this.seal();
    expect(await this.verify()).toEqual({
      intact: true,
      firstBreak: null,
      checked: count,
      unsealed: 0,
      unprotected: 0,
    });
    return made;
  }

  verify(
    options?: AuditVerifyOptions,
    chains: AuditChainRepository = this.chains,
  ): Promise<AuditVerification> {
    return new AuditVerifier(chains, this.signer).verify(options);
  }

  /** Removes what is older than 30 days. */
  prune(): Promise<void> {
    const options = {
      enabled: true,
      mustAudit: false,
      retentionMs: RETENTION_DAYS * DAY,
      truncateIp: false,
      tenant: 'default',
      redactLog: true,
    };
    const clock = { now: () => this.now };
    const store = new MemoryTransientStore();
    return new AuditPruner(this.sealer(), this.chains, this.signer, store, options, clock).prune();
  }
}
