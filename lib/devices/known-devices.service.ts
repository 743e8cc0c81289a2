import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, UNKNOWN_NETWORK, type Clock } from '../common';
import type { ClientInfo } from '../context';
import type { KnownClients } from '../lockout';
import { DEVICE_LIFE_MS, NETWORK_LIFE_MS } from './device-life';
import { DeviceTokens } from './device-tokens';
import { DEVICE_REPOSITORY, type DeviceRepository } from './device.repository';

/** Knows clients by the devices and the sessions of a user: the device token first, then the network. */
@Injectable()
export class KnownDevices implements KnownClients {
  constructor(
    @Inject(DEVICE_REPOSITORY) private readonly devices: DeviceRepository,
    @Inject(DeviceTokens) private readonly tokens: DeviceTokens,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async isKnown(userId: string, client: ClientInfo | undefined): Promise<string | undefined> {
    if (!client) return undefined;
    const { deviceToken, network } = client;
    const now = this.clock.now();
    const known = await this.devices.findKnown({
      userId,
      tokenDigests: deviceToken === null ? [] : this.tokens.digests(userId, deviceToken),
      // All clients without an address share it, so it says nothing of any of them.
      network: network === UNKNOWN_NETWORK ? undefined : network,
      deviceSince: new Date(now - DEVICE_LIFE_MS),
      networkSince: new Date(now - NETWORK_LIFE_MS),
    });
    if (known === undefined) return undefined;
    return known === 'network' ? `network:${network}` : `device:${known.deviceId}`;
  }
}
