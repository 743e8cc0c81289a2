import {
  Inject,
  Injectable,
  Optional,
  type BeforeApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { GracefulShutdown } from '../shutdown';

/**
 * The graceful shutdown as part of Nest's own: before Nest closes the server, it is said that the instance is going, and
 * requests are still taken for as long as `shutdown.drainDelay`.
 */
@Injectable()
export class ApplicationShutdown implements OnModuleDestroy, BeforeApplicationShutdown {
  constructor(
    @Inject(GracefulShutdown) private readonly shutdown: GracefulShutdown,
    @Optional() @Inject(HttpAdapterHost) private readonly adapterHost?: HttpAdapterHost,
  ) {}

  /** Called of all modules before any is waited for, so that two modules in one application drain together. */
  onModuleDestroy(): void {
    if (this.isListening()) void this.shutdown.begin();
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.isListening()) await this.shutdown.begin();
  }

  private isListening(): boolean {
    const server: unknown = this.adapterHost?.httpAdapter?.getHttpServer();
    return typeof server === 'object' && server !== null && Reflect.get(server, 'listening') === true;
  }
}
