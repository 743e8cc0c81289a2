import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '@nauth-toolkit/nestjs';
import libsql from 'libsql';
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { account, serve, testConfig } from './support';

@Entity('notes')
class Note {
  @PrimaryColumn({ type: 'integer' })
  id!: number;

  @Column({ type: 'text' })
  text!: string;
}

describe('a host with a DataSource of its own', () => {
  it('lends it to the toolkit without listing its entities', async () => {
    const testing = await Test.createTestingModule({
      imports: [
        TypeOrmModule.forRoot({
          type: 'better-sqlite3',
          driver: libsql,
          database: ':memory:',
          entities: [Note],
          synchronize: true,
        }),
        AuthModule.forRoot(testConfig({ database: undefined, routes: { enabled: true } })),
      ],
    }).compile();
    const app = testing.createNestApplication({ logger: false });
    const call = await serve(app);
    try {
      expect((await call('/auth/signup', { body: account })).status).toBe(201);
      const dataSource = app.get(DataSource);
      const [row] = await dataSource.query<{ n: number }[]>('SELECT count(*) AS n FROM nauth_users');
      expect(Number(row?.n)).toBe(1);
      await dataSource.getRepository(Note).insert({ id: 1, text: 'still the host’s' });
      expect(await dataSource.getRepository(Note).count()).toBe(1);
    } finally {
      await app.close();
    }
  });
});
