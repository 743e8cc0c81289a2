import type { NAuthStorage } from './storage';

const KEY = 'nauth_device_token';
const HEADER = 'X-Device-Token';

/**
 * What the backend knows this client again by, in JSON delivery. Not part of a session: it stays when the user signs
 * out, so that the next sign-in is one on a known device.
 */
export class DeviceToken {
  constructor(private readonly storage: NAuthStorage) {}

  /** For a request that may sign somebody in. */
  async headers(): Promise<Record<string, string>> {
    const token = await this.storage.getItem(KEY);
    return token ? { [HEADER]: token } : {};
  }

  async remember(token: string): Promise<void> {
    await this.storage.setItem(KEY, token);
  }

  async forget(): Promise<void> {
    await this.storage.removeItem(KEY);
  }
}
