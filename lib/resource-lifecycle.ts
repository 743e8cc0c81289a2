import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AuditRecorder } from './audit';
import { ContextStorage } from './context';
import { HookRunner } from './hooks';
import {
  EMAIL_PROVIDER,
  OutboxSender,
  SMS_PROVIDER,
  type EmailProvider,
  type SMSProvider,
} from './notifications';
import { Database } from './persistence';
import { TRANSIENT_STORE, type TransientStore } from './storage';

/** Gives back what was opened at start, when the application has stopped taking requests (R160). */
@Injectable()
export class ResourceLifecycle implements OnApplicationShutdown {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(HookRunner) private readonly hooks: HookRunner,
    @Inject(TRANSIENT_STORE) private readonly store: TransientStore,
    @Inject(OutboxSender) private readonly sender: OutboxSender,
    @Inject(EMAIL_PROVIDER) private readonly email: EmailProvider | undefined,
    @Inject(SMS_PROVIDER) private readonly sms: SMSProvider | undefined,
    @Inject(AuditRecorder) private readonly audit: AuditRecorder,
    @Inject(ContextStorage) private readonly context: ContextStorage,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.hooks.drain();
    // Messages are sent, and noted as sent, with what is given back after them.
    await this.sender.close();
    await Promise.allSettled([this.email?.close?.(), this.sms?.close?.()]);
    await this.store.close?.();
    await this.database.close();
    this.audit.close();
    this.context.close();
  }
}
