import type { ChallengeResponse } from '../../lib/contracts';
import type { NAuthStorage } from './storage';

const KEY = 'nauth_challenge';

/**
 * The step that stands before the sign-in, so that the page it is answered on finds it. It lives as long as the storage;
 * at the backend it ends after 15 minutes at most and is worth nothing without its answer.
 */
export class ChallengeMemory {
  constructor(private readonly storage: NAuthStorage) {}

  async read(): Promise<ChallengeResponse | null> {
    const text = await this.storage.getItem(KEY);
    if (text === null) return null;
    try {
      const value: ChallengeResponse | null = JSON.parse(text);
      return typeof value?.session === 'string' && typeof value.challengeName === 'string' ? value : null;
    } catch {
      return null;
    }
  }

  async keep(challenge: ChallengeResponse): Promise<void> {
    await this.storage.setItem(KEY, JSON.stringify(challenge));
  }

  async forget(): Promise<void> {
    await this.storage.removeItem(KEY);
  }
}
