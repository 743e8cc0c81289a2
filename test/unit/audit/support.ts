import { randomBytes } from 'node:crypto';
import { NAuth, type AuditVerification, type NAuthConfig, type NAuthCore } from '@nauth-toolkit/nestjs';
import { onTestFinished } from 'vitest';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../../lib/persistence/data-source-options';
import type { TestDatabase } from '../../support/services';
import { testConfig } from '../nest/support';

export const PASSWORD = 'correct horse battery staple';

/** Where things go that are to be closed by somebody else than the test. */
type Closing = (() => Promise<unknown>)[];

/** An application on the database; closed with the test, or with all that is in `closing`. */
export async function boot(
  database: TestDatabase,
  config: Partial<NAuthConfig> = {},
  closing?: Closing,
): Promise<NAuthCore> {
  const { core } = await NAuth.create({
    config: testConfig({ database: database.options, ...config }),
    adapter: { attach: (given: NAuthCore) => ({ core: given }) },
  });
  closeLater(() => core.close(), closing);
  return core;
}

/** A connection of the test's own, for looking and for tampering; closed likewise. */
export async function connect(database: TestDatabase, closing?: Closing): Promise<DataSource> {
  const dataSource = new DataSource(dataSourceOptions({ ...database.options, poolSize: 2 }));
  await dataSource.initialize();
  closeLater(() => dataSource.destroy(), closing);
  return dataSource;
}

function closeLater(close: () => Promise<unknown>, closing: Closing | undefined): void {
  if (closing) closing.push(close);
  else onTestFinished(async () => void (await close()));
}

export function freshEmail(): string {
  return `audit.${randomBytes(6).toString('hex')}@example.com`;
}

/** Runs `work` as a request with these headers. */
export async function request<T>(
  core: NAuthCore,
  work: () => Promise<T>,
  headers: Record<string, string> = {},
  remoteAddress = '192.0.2.77',
): Promise<T> {
  const state = core.context.open({
    method: 'POST',
    url: '/auth/x',
    headers,
    socket: { remoteAddress },
  });
  core.clientInfo.handle(state);
  await core.auth.identify(state);
  return core.context.run(state, work);
}

export interface Row {
  id: string;
  type: string;
  status: string;
  reason: string | null;
  user_id: string | null;
  session_id: string | null;
  sequence: number | null;
  [column: string]: unknown;
}

/** All events, in the order in which they were made. */
export async function rowsOf(dataSource: DataSource): Promise<Row[]> {
  const rows: Row[] = await dataSource.query('SELECT * FROM nauth_audit_events ORDER BY id');
  return rows.map((row) => ({ ...row, sequence: row.sequence === null ? null : Number(row.sequence) }));
}

/** Waits until every event has its place. */
export async function sealed(core: NAuthCore): Promise<AuditVerification> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    const { unsealed } = await core.auditService.verify();
    // Looked at once more: what was sealed while it was looked at is in neither of its counts.
    if (unsealed === 0 || performance.now() > deadline) return core.auditService.verify();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
