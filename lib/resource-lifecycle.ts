import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from './persistence';
import { TRANSIENT_STORE, type TransientStore } from './storage';

/** Gives back what was opened at start, when the application has stopped taking requests (R160). */
@Injectable()
export class ResourceLifecycle implements OnApplicationShutdown {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(TRANSIENT_STORE) private readonly store: TransientStore,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.store.close?.();
    await this.database.close();
  }
}
