import type { Provider } from '@nestjs/common';
import { AuditChains } from './audit-chain.service';
import { AuditEraser } from './audit-eraser.service';
import { AuditEventFactory } from './audit-event.factory';
import { AuditHistory } from './audit-history.service';
import { AuditPruner } from './audit-pruner.service';
import { AuditRecorder } from './audit-recorder.service';
import { AuditSealer } from './audit-sealer.service';
import { AuditSigner } from './audit-signer';
import { AuditVerifier } from './audit-verifier.service';
import { AuditWriter } from './audit-writer.service';
import { AuthAuditService } from './auth-audit.service';

/** What this folder provides, given its options, its repositories, the encryption keys and the transient store. */
export const auditProviders: Provider[] = [
  AuditSigner,
  AuditEventFactory,
  AuditChains,
  AuditSealer,
  AuditPruner,
  AuditWriter,
  AuditRecorder,
  AuditHistory,
  AuditVerifier,
  AuditEraser,
  AuthAuditService,
];
