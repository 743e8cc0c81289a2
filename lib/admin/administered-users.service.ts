import { Inject, Injectable } from '@nestjs/common';
import { ContextStorage } from '../context';
import { NAuthException } from '../errors';
import { USER_REPOSITORY, type User, type UserRepository } from '../users';

/** Whom an administrator acts upon, and who acts. */
@Injectable()
export class AdministeredUsers {
  constructor(
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(ContextStorage) private readonly context: ContextStorage,
  ) {}

  /** @throws {NAuthException} RESOURCE_NOT_FOUND */
  async find(sub: string): Promise<User> {
    const user = await this.users.findById(sub);
    if (!user) throw new NAuthException('RESOURCE_NOT_FOUND');
    return user;
  }

  /**
   * A user other than the one who acts: who keeps the own account out locks the door from the inside, and nobody may be left
   * to open it.
   *
   * @throws {NAuthException} RESOURCE_NOT_FOUND; FORBIDDEN for the account of the signed-in administrator
   */
  async findOther(sub: string): Promise<User> {
    const user = await this.find(sub);
    if (user.id === this.actor()) {
      throw new NAuthException('FORBIDDEN', { message: 'Nobody disables or deletes the own account here.' });
    }
    return user;
  }

  /** Who is signed in at this request; null for a job of the application. */
  actor(): string | null {
    const identity = this.context.current()?.identity;
    return identity?.status === 'authenticated' ? identity.session.userId : null;
  }
}
