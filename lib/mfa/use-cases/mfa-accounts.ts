import { Inject, Injectable } from '@nestjs/common';
import { CurrentIdentity } from '../../context';
import { NAuthException } from '../../errors';
import { USER_REPOSITORY, type User, type UserRepository } from '../../users';

/** The account that a call is about, as it is stored now. */
@Injectable()
export class MfaAccounts {
  constructor(
    @Inject(CurrentIdentity) private readonly identity: CurrentIdentity,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
  ) {}

  /** @throws {NAuthException} AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE */
  async signedIn(): Promise<User> {
    const user = await this.users.findById(this.identity.require().session.userId);
    if (!user) throw new NAuthException('AUTH_SESSION_NOT_FOUND');
    return user;
  }

  /** @throws {NAuthException} RESOURCE_NOT_FOUND */
  async named(sub: string): Promise<User> {
    const user = await this.users.findById(sub);
    if (!user) throw new NAuthException('RESOURCE_NOT_FOUND');
    return user;
  }
}
