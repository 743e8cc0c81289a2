import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, randomId, toUnixSeconds, type Clock } from '../common';
import { ContextStorage, type ClientInfo, type IssuedDevice } from '../context';
import { DEVICE_LIFE_MS } from './device-life';
import { DeviceTokens } from './device-tokens';
import { DEVICE_REPOSITORY, type DeviceRepository, type DeviceSighting } from './device.repository';

/** How stale `lastSeenAt` may become before a sign-in writes it again. */
const TOUCH_INTERVAL_MS = 3600_000;
/** Clients that never keep their token make a device at every sign-in. */
const MAX_DEVICES = 50;

/**
 * Knows again the clients on which a user has signed in before. Being known is no proof of anything: it decides whose
 * failures a client is counted with and what is worth a notice, and never skips a step.
 */
@Injectable()
export class DeviceRecognition {
  constructor(
    @Inject(DEVICE_REPOSITORY) private readonly devices: DeviceRepository,
    @Inject(DeviceTokens) private readonly tokens: DeviceTokens,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The device of the client of this request, for a user who has just signed in on it: the known one when the client
   * brought its token, otherwise a new one. Undefined outside of a request, where there is no client to keep a token.
   *
   * @throws {NAuthException} SERVICE_UNAVAILABLE
   */
  async recognise(userId: string): Promise<IssuedDevice | undefined> {
    const client = this.context.current()?.client;
    if (!client) return undefined;
    const now = this.clock.now();
    const expiresAt = toUnixSeconds(now + DEVICE_LIFE_MS);
    const { deviceToken: brought } = client;
    const known = brought === null ? undefined : await this.findAgain(userId, brought, client, now);
    if (brought !== null && known !== undefined)
      return { id: known, token: brought, isNew: false, expiresAt };
    const token = this.tokens.make();
    const isUnlikeOthers = !(await this.devices.hasLike(
      userId,
      this.sighting(userId, token, client, now),
      new Date(now - DEVICE_LIFE_MS),
    ));
    const id = await this.add(userId, token, client, now);
    return { id, token, isNew: true, isUnlikeOthers, expiresAt };
  }

  /** Forgets one device of the user; true when it was one. */
  forget(userId: string, deviceId: string): Promise<boolean> {
    return this.devices.remove(deviceId, userId);
  }

  /** Forgets every device of the user; the number forgotten. */
  forgetAll(userId: string): Promise<number> {
    return this.devices.removeAll(userId);
  }

  /** Ends the user's trust in every device; they stay known. The number of those that had it (R088). */
  endTrust(userId: string): Promise<number> {
    return this.devices.endTrust(userId);
  }

  private async findAgain(
    userId: string,
    token: string,
    client: ClientInfo,
    now: number,
  ): Promise<string | undefined> {
    const digests = this.tokens.digests(userId, token);
    const found = await this.devices.find(userId, digests, new Date(now - DEVICE_LIFE_MS));
    if (!found) return undefined;
    const sighting = this.sighting(userId, token, client, now);
    const isFresh =
      now - found.lastSeenAt.getTime() < TOUCH_INTERVAL_MS &&
      found.network === sighting.network &&
      found.tokenDigest === sighting.tokenDigest;
    return isFresh || (await this.devices.touch(found.id, userId, sighting)) ? found.id : undefined;
  }

  private async add(userId: string, token: string, client: ClientInfo, now: number): Promise<string> {
    const id = randomId();
    const sighting = this.sighting(userId, token, client, now);
    await this.devices.insert({
      id,
      userId,
      ...sighting,
      createdAt: sighting.lastSeenAt,
      trustedUntil: null,
    });
    await this.devices.removeOldest(userId, MAX_DEVICES);
    return id;
  }

  private sighting(
    userId: string,
    token: string,
    { device, network }: ClientInfo,
    now: number,
  ): DeviceSighting {
    return {
      tokenDigest: this.tokens.digest(userId, token),
      type: device.type,
      browser: device.browser,
      os: device.os,
      network,
      lastSeenAt: new Date(now),
    };
  }
}
