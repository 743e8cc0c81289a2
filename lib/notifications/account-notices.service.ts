import { Inject, Injectable } from '@nestjs/common';
import { ContextStorage } from '../context';
import type { EmailNotice } from './notification';
import { Notifier } from './notifier.service';
import { originOf } from './origin-of';
import type { OriginVariables } from './templates/template-variables';

/** The account that a notice is about. */
export interface NoticeOwner {
  id: string;
  email: string;
  firstName: string | null;
  username: string | null;
  locale: string | null;
  timezone: string | null;
}

/** Tells owners what happens to the way into their account. Part of the running unit of work, if there is one. */
@Injectable()
export class AccountNotices {
  constructor(
    @Inject(Notifier) private readonly notifier: Notifier,
    @Inject(ContextStorage) private readonly context: ContextStorage,
  ) {}

  /** @throws {NAuthException} SERVICE_UNAVAILABLE */
  async welcome(owner: NoticeOwner): Promise<void> {
    await this.notifier.queue({ ...addressee(owner), template: 'welcome', variables: {} });
  }

  /** @throws {NAuthException} SERVICE_UNAVAILABLE */
  async newDevice(owner: NoticeOwner): Promise<void> {
    await this.notifier.queue({
      ...addressee(owner),
      template: 'newDevice',
      variables: await this.origin(),
    });
  }

  /**
   * Somebody else than the owner ended sessions. Where the request came from is not told: it is an administrator's, or that
   * of whoever has a copied token.
   *
   * @throws {NAuthException} SERVICE_UNAVAILABLE
   */
  async sessionsRevoked(owner: NoticeOwner, sessionCount: number): Promise<void> {
    if (sessionCount === 0) return;
    const variables = { sessionCount };
    await this.notifier.queue({ ...addressee(owner), template: 'sessionsRevoked', variables });
  }

  /** @throws {NAuthException} SERVICE_UNAVAILABLE */
  async accountLockout(owner: NoticeOwner, lockSeconds: number): Promise<void> {
    const variables = { lockMinutes: Math.ceil(lockSeconds / 60), ...(await this.origin()) };
    await this.notifier.queue({ ...addressee(owner), template: 'accountLockout', variables });
  }

  private origin(): Promise<OriginVariables> {
    return originOf(this.context.current()?.client);
  }
}

function addressee(
  owner: NoticeOwner,
): Pick<EmailNotice, 'channel' | 'to' | 'userId' | 'userName' | 'locale' | 'timezone'> {
  const { id, email, firstName, username, locale, timezone } = owner;
  return { channel: 'email', to: email, userId: id, userName: firstName ?? username, locale, timezone };
}
