import { EntitySchema } from 'typeorm';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import { constraintName, tableName } from './table-names';

/** A row of the table `mfa_accounts`: what stands about second factors with an account. */
export interface MfaAccountRow {
  userId: string;
  /** Active factors; changes of one account queue on this row. */
  factors: number;
  /** Grows with every change of the factors and the backup codes. */
  version: number;
  /** The latest step that a TOTP code was accepted for. */
  totpStep: number | null;
  exemptAt: Date | null;
  exemptBy: string | null;
  exemptReason: string | null;
  requiredSince: Date | null;
}

export function mfaAccountEntity(types: ColumnTypes, prefix: string): EntitySchema<MfaAccountRow> {
  const name = tableName(prefix, 'mfa_accounts');
  const constraint = constraintName.bind(undefined, prefix, 'mfa_accounts');
  return new EntitySchema<MfaAccountRow>({
    name,
    tableName: name,
    columns: {
      userId: column('user_id', types.id, { primary: true, primaryKeyConstraintName: constraint('pk') }),
      factors: column('factors', types.int),
      version: column('version', types.int),
      totpStep: column('totp_step', types.bigint, { nullable: true }),
      exemptAt: column('exempt_at', types.time, { nullable: true }),
      exemptBy: column('exempt_by', types.id, { nullable: true }),
      exemptReason: column('exempt_reason', types.text(255), { nullable: true }),
      requiredSince: column('required_since', types.time, { nullable: true }),
    },
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
