import { EntitySchema } from 'typeorm';
import type { AuditChain } from '../../audit';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import { constraintName, tableName } from './table-names';

/** The table `audit_chains`: the head of each tenant's chain. */
export function auditChainEntity(types: ColumnTypes, prefix: string): EntitySchema<AuditChain> {
  const name = tableName(prefix, 'audit_chains');
  const constraint = constraintName.bind(undefined, prefix, 'audit_chains');
  return new EntitySchema<AuditChain>({
    name,
    tableName: name,
    columns: {
      tenant: column('tenant', types.exact(64), {
        primary: true,
        primaryKeyConstraintName: constraint('pk'),
      }),
      sequence: column('sequence', types.bigint),
      hash: column('hash', types.ascii(128)),
      prunedSequence: column('pruned_sequence', types.bigint),
      prunedHash: column('pruned_hash', types.ascii(128)),
      startedAt: column('started_at', types.time),
      unprotectedUntil: column('unprotected_until', types.time, { nullable: true }),
      mac: column('mac', types.ascii(128)),
    },
  });
}
