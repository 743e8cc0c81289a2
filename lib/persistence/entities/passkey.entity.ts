import { EntitySchema } from 'typeorm';
import type { Passkey } from '../../mfa';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import { constraintName, tableName } from './table-names';

/** A row of the table `passkeys`. */
export type PasskeyRow = Omit<Passkey, 'transports'> & {
  /** What makes a credential unique: the id itself is too long for an index of every engine. */
  credentialDigest: string;
  /** A list of words. */
  transports: object;
};

export function passkeyEntity(types: ColumnTypes, prefix: string): EntitySchema<PasskeyRow> {
  const name = tableName(prefix, 'passkeys');
  const constraint = constraintName.bind(undefined, prefix, 'passkeys');
  return new EntitySchema<PasskeyRow>({
    name,
    tableName: name,
    columns: {
      deviceId: column('device_id', types.id, { primary: true, primaryKeyConstraintName: constraint('pk') }),
      userId: column('user_id', types.id),
      credentialDigest: column('credential_digest', types.ascii(64)),
      credentialId: column('credential_id', types.ascii(1364)),
      publicKey: column('public_key', types.ascii(1366)),
      counter: column('counter', types.bigint),
      transports: column('transports', types.json),
      aaguid: column('aaguid', types.ascii(36)),
      backupEligible: column('backup_eligible', types.bool),
      backedUp: column('backed_up', types.bool),
      createdAt: column('created_at', types.time),
    },
    indices: [
      { name: constraint('uq', 'credential_digest'), columns: ['credentialDigest'], unique: true },
      { name: constraint('ix', 'user_id'), columns: ['userId'] },
    ],
    foreignKeys: [
      {
        name: constraint('fk', 'device_id'),
        target: tableName(prefix, 'mfa_devices'),
        columnNames: ['deviceId'],
        referencedColumnNames: ['id'],
        onDelete: 'CASCADE',
        onUpdate: 'NO ACTION',
      },
    ],
  });
}
