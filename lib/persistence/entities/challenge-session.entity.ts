import { EntitySchema } from 'typeorm';
import type { ChallengeSession } from '../../challenges';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import { constraintName, tableName } from './table-names';

/** A row of the table `challenge_sessions`. */
export type ChallengeSessionRow = Omit<ChallengeSession, 'signIn' | 'state'> & {
  /** A StoredSignIn. */
  signIn: object;
  /** A plain object. */
  state: object;
};

export function challengeSessionEntity(
  types: ColumnTypes,
  prefix: string,
): EntitySchema<ChallengeSessionRow> {
  const name = tableName(prefix, 'challenge_sessions');
  const constraint = constraintName.bind(undefined, prefix, 'challenge_sessions');
  return new EntitySchema<ChallengeSessionRow>({
    name,
    tableName: name,
    columns: {
      id: column('id', types.id, { primary: true, primaryKeyConstraintName: constraint('pk') }),
      tokenHash: column('token_hash', types.ascii(64)),
      userId: column('user_id', types.id, { nullable: true }),
      attemptsSubject: column('attempts_subject', types.ascii(64)),
      name: column('name', types.ascii(32)),
      delivery: column('delivery', types.ascii(16)),
      securityVersion: column('security_version', types.int),
      signIn: column('sign_in', types.json),
      state: column('state', types.json),
      attempts: column('attempts', types.int),
      maxAttempts: column('max_attempts', types.int),
      createdAt: column('created_at', types.time),
      expiresAt: column('expires_at', types.time),
      completedAt: column('completed_at', types.time, { nullable: true }),
    },
    indices: [
      { name: constraint('uq', 'token_hash'), columns: ['tokenHash'], unique: true },
      { name: constraint('ix', 'user_id', 'completed_at'), columns: ['userId', 'completedAt'] },
      { name: constraint('ix', 'expires_at'), columns: ['expiresAt'] },
    ],
    foreignKeys: [
      {
        name: constraint('fk', 'user_id'),
        target: tableName(prefix, 'users'),
        columnNames: ['userId'],
        referencedColumnNames: ['id'],
        onDelete: 'CASCADE',
        onUpdate: 'NO ACTION',
      },
    ],
  });
}
