import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { CLOCK, type Clock } from '../common';
import { ExclusiveTask, TRANSIENT_STORE, type TransientStore } from '../storage';
import { DEVICE_LIFE_MS } from './device-life';
import { DEVICE_REPOSITORY, type DeviceRepository } from './device.repository';

const INTERVAL_MS = 10 * 60_000;
const BATCH = 500;
/** Batches in one round, so that a backlog does not occupy the database. */
const MAX_BATCHES = 20;

/** Removes devices that have not been seen for so long that nothing counts them as known any more. */
@Injectable()
export class DeviceCleaner implements OnModuleInit, OnApplicationShutdown {
  private readonly task: ExclusiveTask;

  constructor(
    @Inject(TRANSIENT_STORE) store: TransientStore,
    @Inject(DEVICE_REPOSITORY) private readonly devices: DeviceRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.task = new ExclusiveTask(store, 'device-cleaner', (stopped) => this.clean(stopped), INTERVAL_MS);
  }

  onModuleInit(): void {
    this.task.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /** One round; `stopped` ends it between two batches. */
  async clean(stopped: () => boolean = () => false): Promise<void> {
    const at = new Date(this.clock.now() - DEVICE_LIFE_MS);
    for (let batch = 0; batch < MAX_BATCHES && !stopped(); batch += 1) {
      if ((await this.devices.removeUnseen(at, BATCH)) < BATCH) return;
    }
  }
}
