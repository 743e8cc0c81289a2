import { TableColumn } from 'typeorm';
import { migrationColumn as column, type SchemaMigration } from './migration';

/** Why a session was opened without the second factor of its account. Of the sessions that are there it is not known. */
export const sparedFactors: SchemaMigration = {
  name: '0016-spared-factors',
  async up({ runner, types, path }) {
    const sessions = path('sessions');
    if (await runner.hasColumn(sessions, 'mfa_spared_by')) return;
    await runner.addColumn(
      sessions,
      new TableColumn(column('mfa_spared_by', types.ascii(16), { isNullable: true })),
    );
  },
};
