import { TableColumn } from 'typeorm';
import { migrationColumn as column, type SchemaMigration } from './migration';

/** The channel whose code set a password: its codes are no second factor beside that password. */
export const passwordRecovery: SchemaMigration = {
  name: '0015-password-recovery',
  async up({ runner, types, path }) {
    const credentials = path('password_credentials');
    if (await runner.hasColumn(credentials, 'recovered_by')) return;
    await runner.addColumn(
      credentials,
      new TableColumn(column('recovered_by', types.ascii(16), { isNullable: true })),
    );
  },
};
