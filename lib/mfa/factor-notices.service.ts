import { Inject, Injectable } from '@nestjs/common';
import { ContextStorage } from '../context';
import { Notifier, originOf, type EmailNotice, type OriginVariables } from '../notifications';
import type { User } from '../users';

/** Tells owners what happens to their second factors, by the channel that stays when one is taken from them (R084). */
@Injectable()
export class FactorNotices {
  constructor(
    @Inject(Notifier) private readonly notifier: Notifier,
    @Inject(ContextStorage) private readonly context: ContextStorage,
  ) {}

  /** Part of the running unit of work. */
  async added(user: User, method: string, isFirst: boolean): Promise<void> {
    const template = isFirst ? 'mfaFirstEnabled' : 'mfaMethodAdded';
    await this.notifier.queue({
      ...addressee(user),
      template,
      variables: { method, ...(await this.origin()) },
    });
  }

  /**
   * Part of the running unit of work.
   *
   * @param byOwner false when somebody else did it, whose network and device are not the owner's to know
   */
  async removed(user: User, method: string, deviceName: string, byOwner: boolean): Promise<void> {
    const variables = { method, deviceName, ...(byOwner && (await this.origin())) };
    await this.notifier.queue({ ...addressee(user), template: 'mfaDeviceRemoved', variables });
  }

  /** Somebody knows the password and does not have the factor (R081). */
  async wrongCodes(user: User): Promise<void> {
    await this.notifier.queue({
      ...addressee(user),
      template: 'mfaWrongCodes',
      variables: await this.origin(),
    });
  }

  private origin(): Promise<OriginVariables> {
    return originOf(this.context.current()?.client);
  }
}

function addressee(
  user: User,
): Pick<EmailNotice, 'channel' | 'to' | 'userId' | 'userName' | 'locale' | 'timezone'> {
  const { id, email, firstName, locale, timezone } = user;
  return { channel: 'email', to: email, userId: id, userName: firstName, locale, timezone };
}
