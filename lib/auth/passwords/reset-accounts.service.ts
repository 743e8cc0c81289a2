import { Inject, Injectable } from '@nestjs/common';
import { LOGIN_OPTIONS, parseIdentifier, USER_REPOSITORY } from '../../users';
import type { ResolvedLoginOptions, User, UserIdentifier, UserRepository } from '../../users';

/** What somebody who has forgotten a password calls the account. */
export interface NamedAccount {
  identifier: UserIdentifier | undefined;
  /** What was given, in canonical form where it has one. */
  name: string;
  /** Null for no account, and for one that is not active: it can be reset by nobody. */
  user: User | null;
}

/** Finds accounts by what people call them, with the same look-up whether there is one or not. */
@Injectable()
export class ResetAccounts {
  constructor(
    @Inject(LOGIN_OPTIONS) private readonly options: ResolvedLoginOptions,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
  ) {}

  async find(text: string): Promise<NamedAccount> {
    const identifier = parseIdentifier(text, this.options.identifierType);
    const found = identifier ? await this.users.findWithPassword(identifier) : null;
    const user = found?.user.isActive ? found.user : null;
    return { identifier, name: identifier?.value ?? text.toLowerCase(), user };
  }
}
