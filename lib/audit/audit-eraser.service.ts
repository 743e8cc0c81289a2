import { Inject, Injectable } from '@nestjs/common';
import { UNIT_OF_WORK, type UnitOfWork } from '../common';
import type { AuditPersonalData, StoredAuditEvent } from './audit-event';
import { AUDIT_CHAIN_REPOSITORY, type AuditChainRepository, type Erasure } from './audit-chain.repository';
import { AuditSigner } from './audit-signer';

const BATCH = 100;

const NOTHING: Omit<AuditPersonalData, 'userId' | 'performedBy'> = {
  ipAddress: null,
  ipCountry: null,
  ipCity: null,
  userAgent: null,
  deviceId: null,
  deviceType: null,
  platform: null,
  browser: null,
  requestId: null,
};

/** Takes a person out of the trail and leaves the events (R131): what is left is signed again and still verifies. */
@Injectable()
export class AuditEraser {
  constructor(
    @Inject(AUDIT_CHAIN_REPOSITORY) private readonly repository: AuditChainRepository,
    @Inject(AuditSigner) private readonly signer: AuditSigner,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
  ) {}

  /** The number of events that named the person. In batches, each a unit; to be called again after a failure. */
  async erase(userId: string): Promise<number> {
    const pseudonym = this.signer.pseudonym(userId);
    let erased = 0;
    for (;;) {
      const done = await this.unitOfWork.run(async () => {
        const events = await this.repository.findOfPerson(userId, BATCH);
        for (const event of events) await this.repository.erase(this.erasureOf(event, userId, pseudonym));
        return events.length;
      });
      erased += done;
      if (done < BATCH) return erased;
    }
  }

  /** An event that was tampered with gets no MAC that would vouch for it. */
  private erasureOf(event: StoredAuditEvent, userId: string, pseudonym: string): Erasure {
    const left: AuditPersonalData = {
      ...NOTHING,
      userId: event.userId === userId ? pseudonym : event.userId,
      performedBy: event.performedBy === userId ? pseudonym : event.performedBy,
    };
    const vouch = event.mac !== null && this.signer.checkEvent(event) !== 'differs';
    const erasureMac = vouch && event.mac !== null ? this.signer.signErasure(event.mac, left) : null;
    return { id: event.id, ...left, erasureMac };
  }
}
