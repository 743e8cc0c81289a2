import { TableColumn } from 'typeorm';
import { migrationColumn as column, type SchemaMigration } from './migration';

/** Coordinates of sign-ins, for the speed at which somebody would have to travel between two. */
export const signInPlaces: SchemaMigration = {
  name: '0014-sign-in-places',
  async up({ runner, types, path }) {
    const table = path('sessions');
    const before = await runner.getTable(table);
    const missing = ['latitude_e2', 'longitude_e2'].filter((name) => !before?.findColumnByName(name));
    if (missing.length === 0) return;
    await runner.addColumns(
      table,
      missing.map((name) => new TableColumn(column(name, types.int, { isNullable: true }))),
    );
  },
};
