import { Table, TableColumn, TableIndex } from 'typeorm';
import { constraintName } from '../entities';
import { migrationColumn as column, type MigrationContext, type SchemaMigration } from './migration';

/** What makes changes to the audit trail show, and what its readers look for. */
export const auditChain: SchemaMigration = {
  name: '0003-audit-chain',
  async up(context) {
    await context.runner.createTable(auditChains(context), true);
    await addColumns(context);
    await addIndices(context);
    const { runner, path } = context;
    // Events of earlier versions have no MAC and never will: their place is outside of the chain.
    await runner.manager
      .createQueryBuilder()
      .update(path('audit_events'))
      .set({ sequence: 0 })
      .where('mac IS NULL AND sequence IS NULL')
      .execute();
  },
};

async function addColumns({ runner, types, path }: MigrationContext): Promise<void> {
  const nullable = { isNullable: true };
  const columns = [
    column('tenant', types.exact(64), { default: "'default'" }),
    column('details', types.longText, nullable),
    column('performed_by', types.id, nullable),
    column('ip_country', types.ascii(8), nullable),
    column('ip_city', types.exact(128), nullable),
    column('device_id', types.id, nullable),
    column('device_type', types.ascii(16), nullable),
    column('platform', types.exact(64), nullable),
    column('browser', types.exact(64), nullable),
    column('pii_salt', types.ascii(32), nullable),
    column('pii_digest', types.ascii(64), nullable),
    column('mac', types.ascii(128), nullable),
    column('erasure_mac', types.ascii(128), nullable),
    column('sequence', types.bigint, nullable),
    column('chain_hash', types.ascii(128), nullable),
  ];
  const table = await runner.getTable(path('audit_events'));
  const missing = columns.filter(({ name }) => !table?.findColumnByName(name));
  if (missing.length === 0) return;
  await runner.addColumns(
    path('audit_events'),
    missing.map((options) => new TableColumn(options)),
  );
}

async function addIndices({ runner, tablePrefix, path }: MigrationContext): Promise<void> {
  const lists = [
    ['performed_by'],
    ['type', 'at'],
    ['status', 'at'],
    ['sequence', 'at'],
    ['tenant', 'sequence', 'id'],
  ];
  const table = await runner.getTable(path('audit_events'));
  const present = new Set(table?.indices.map(({ name }) => name));
  for (const columnNames of lists) {
    const name = constraintName(tablePrefix, 'audit_events', 'ix', ...columnNames);
    if (!present.has(name))
      await runner.createIndex(path('audit_events'), new TableIndex({ name, columnNames }));
  }
}

function auditChains({ types, tablePrefix, path }: MigrationContext): Table {
  const constraint = constraintName.bind(undefined, tablePrefix, 'audit_chains');
  return new Table({
    name: path('audit_chains'),
    columns: [
      column('tenant', types.exact(64), { isPrimary: true, primaryKeyConstraintName: constraint('pk') }),
      column('sequence', types.bigint),
      column('hash', types.ascii(128)),
      column('pruned_sequence', types.bigint),
      column('pruned_hash', types.ascii(128)),
      column('started_at', types.time),
      column('unprotected_until', types.time, { isNullable: true }),
      column('mac', types.ascii(128)),
    ],
  });
}
