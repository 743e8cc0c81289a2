import type { AuthResponseUser, TokenFields, UserProfile } from '../../lib/contracts';
import type { NAuthStorage } from './storage';

/** The user as last seen: of the sign-in answer, or with all fields once the profile has been read. */
export type CurrentUser = AuthResponseUser & Partial<UserProfile>;

/** What the client remembers of one sign-in. Tokens are there in JSON delivery only. */
export interface StoredSession {
  user?: CurrentUser;
  tokens?: TokenFields;
}

const KEY = 'nauth_session';

/**
 * The session in the storage, as one item: another tab reads all of it or nothing, never the access token of one
 * sign-in with the refresh token of another.
 */
export class SessionStore {
  private ended = 0;

  constructor(private readonly storage: NAuthStorage) {}

  /** Counts the sessions that ended here, so that a late answer does not bring one back. */
  get epoch(): number {
    return this.ended;
  }

  async read(): Promise<StoredSession> {
    const text = await this.storage.getItem(KEY);
    if (text === null) return {};
    try {
      const value: StoredSession | null = JSON.parse(text);
      return value ?? {};
    } catch {
      return {};
    }
  }

  async write(session: StoredSession): Promise<void> {
    await this.storage.setItem(KEY, JSON.stringify(session));
  }

  /** Replaces the tokens after a refresh, unless the session that was refreshed is no longer the stored one. */
  async rotate(spentRefreshToken: string, tokens: TokenFields): Promise<boolean> {
    const session = await this.read();
    if (session.tokens?.refreshToken !== spentRefreshToken) return false;
    await this.write({ ...session, tokens });
    return true;
  }

  async clear(): Promise<void> {
    this.ended += 1;
    await this.storage.removeItem(KEY);
  }
}
