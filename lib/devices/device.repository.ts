import type { Device } from './device';

export const DEVICE_REPOSITORY = Symbol('nauth.deviceRepository');

/** What a sign-in changes of a device. */
export type DeviceSighting = Pick<
  Device,
  'tokenDigest' | 'type' | 'browser' | 'os' | 'network' | 'lastSeenAt'
>;

/** What two sign-ins have in common that seem to come from one device. */
export type DeviceKind = Pick<Device, 'type' | 'browser' | 'os' | 'network'>;

export interface KnownClientQuery {
  userId: string;
  /** Digests of the token that the client brought, under every key; none for no token. */
  tokenDigests: string[];
  /** Undefined for a client without one. */
  network: string | undefined;
  /** Older sign-ins do not count. */
  deviceSince: Date;
  networkSince: Date;
}

/** Every method throws NAuthException SERVICE_UNAVAILABLE when the database cannot answer (R148). */
export interface DeviceRepository {
  insert(device: Device): Promise<void>;
  /** The user's device with one of these digests, seen after `since`. */
  find(userId: string, tokenDigests: string[], since: Date): Promise<Device | null>;
  /** Whether the user has a device of this kind and from this network that was seen after `since`. */
  hasLike(userId: string, kind: DeviceKind, since: Date): Promise<boolean>;
  /** One conditional statement; false when the user has no such device any more. */
  touch(id: string, userId: string, sighting: DeviceSighting): Promise<boolean>;
  /** Removes the device if it is the user's; true when this call did. */
  remove(id: string, userId: string): Promise<boolean>;
  /** Removes every device of the user; the number removed. */
  removeAll(userId: string): Promise<number>;
  /** Ends the user's trust in every device; the number of those that had it. */
  endTrust(userId: string): Promise<number>;
  /** Ends the user's trust in one device; true when it had it at `at`. */
  endTrustIn(id: string, userId: string, at: Date): Promise<boolean>;
  /** One statement: trusts a device of the user under another token. False when there is no such device any more. */
  trust(id: string, userId: string, trust: { tokenDigest: string; trustedUntil: Date }): Promise<boolean>;
  /** Devices that the user trusts at `at`, seen last first. */
  findTrusted(userId: string, at: Date): Promise<Device[]>;
  /** Keeps the `keep` devices of the user that were seen last; the number removed. */
  removeOldest(userId: string, keep: number): Promise<number>;
  /** Removes at most `limit` devices not seen since `at`; the number removed. */
  removeUnseen(at: Date, limit: number): Promise<number>;
  /** How the user's earlier sign-ins know the client; one statement. */
  findKnown(query: KnownClientQuery): Promise<{ deviceId: string } | 'network' | undefined>;
}
