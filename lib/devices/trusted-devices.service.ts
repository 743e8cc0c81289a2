import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, toUnixSeconds, type Clock } from '../common';
import type { IssuedDevice } from '../context';
import type { Device } from './device';
import { DEVICE_LIFE_MS } from './device-life';
import { DeviceTokens } from './device-tokens';
import { DEVICE_REPOSITORY, type DeviceRepository } from './device.repository';

/**
 * Devices on which users are spared their second factor (R088). What a client shows is the token by which it is known
 * anyway; whether it is trusted stands in the row of the device, with an end that nothing moves.
 */
@Injectable()
export class TrustedDevices {
  constructor(
    @Inject(DEVICE_REPOSITORY) private readonly devices: DeviceRepository,
    @Inject(DeviceTokens) private readonly tokens: DeviceTokens,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Trusts a device of the user from now on. It gets another token, which the answer has to carry: one that was known to
   * somebody before is not trusted with it (R067). Undefined when there is no such device any more.
   */
  async trust(userId: string, deviceId: string, lifeMs: number): Promise<IssuedDevice | undefined> {
    const now = this.clock.now();
    const token = this.tokens.make();
    const trusted = await this.devices.trust(deviceId, userId, {
      tokenDigest: this.tokens.digest(userId, token),
      trustedUntil: new Date(now + lifeMs),
    });
    if (!trusted) return undefined;
    // The device is known for longer than it is trusted.
    const expiresAt = toUnixSeconds(now + Math.max(lifeMs, DEVICE_LIFE_MS));
    return { id: deviceId, token, isNew: true, expiresAt, isTrusted: true };
  }

  /** Whether the token is that of a device that this user trusts: another user's, a made-up or an outdated one is not. */
  async isTrusted(userId: string, token: string): Promise<boolean> {
    const now = this.clock.now();
    const device = await this.devices.find(
      userId,
      this.tokens.digests(userId, token),
      new Date(now - DEVICE_LIFE_MS),
    );
    return (device?.trustedUntil?.getTime() ?? 0) > now;
  }

  /** Devices that the user trusts, seen last first. */
  list(userId: string): Promise<Device[]> {
    return this.devices.findTrusted(userId, this.now());
  }

  /** Ends the trust in one device, which stays known. True when there was any. */
  end(userId: string, deviceId: string): Promise<boolean> {
    return this.devices.endTrustIn(deviceId, userId, this.now());
  }

  /** Ends the trust in every device, as part of the running unit of work; the number of those that had it. */
  endAll(userId: string): Promise<number> {
    return this.devices.endTrust(userId);
  }

  private now(): Date {
    return new Date(this.clock.now());
  }
}
