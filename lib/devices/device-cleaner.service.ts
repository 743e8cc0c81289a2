import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common';
import { Cleaner, TRANSIENT_STORE, type TransientStore } from '../storage';
import { DEVICE_LIFE_MS } from './device-life';
import { DEVICE_REPOSITORY, type DeviceRepository } from './device.repository';

/** Removes devices that have not been seen for so long that nothing counts them as known any more. */
@Injectable()
export class DeviceCleaner extends Cleaner {
  constructor(
    @Inject(DEVICE_REPOSITORY) devices: DeviceRepository,
    @Inject(TRANSIENT_STORE) store: TransientStore,
    @Inject(CLOCK) clock: Clock,
  ) {
    super(store, clock, {
      name: 'device-cleaner',
      intervalMs: 10 * 60_000,
      steps: [{ restMs: DEVICE_LIFE_MS, remove: (before, limit) => devices.removeUnseen(before, limit) }],
    });
  }
}
