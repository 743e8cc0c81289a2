import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { HookRunner } from './hooks';
import { Database } from './persistence';
import { TRANSIENT_STORE, type TransientStore } from './storage';

/** Gives back what was opened at start, when the application has stopped taking requests (R160). */
@Injectable()
export class ResourceLifecycle implements OnApplicationShutdown {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(HookRunner) private readonly hooks: HookRunner,
    @Inject(TRANSIENT_STORE) private readonly store: TransientStore,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.hooks.drain();
    await this.store.close?.();
    await this.database.close();
  }
}
