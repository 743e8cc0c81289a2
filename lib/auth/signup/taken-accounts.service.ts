import { Inject, Injectable } from '@nestjs/common';
import type { SignIn } from '../../challenges';
import { UNIT_OF_WORK, type UnitOfWork } from '../../common';
import type { ChallengeResponse } from '../../contracts';
import { NAuthException } from '../../errors';
import {
  SIGNUP_OPTIONS,
  UNPROVED_ACCOUNT_REPOSITORY,
  USER_REPOSITORY,
  type IdentifierTakenError,
  type NewUser,
  type ResolvedSignupOptions,
  type UnprovedAccountRepository,
  type User,
  type UserIdentifier,
  type UserRepository,
} from '../../users';
import { SignupVerification, type SignupStep } from '../../verification';

const TAKEN = {
  email: 'SIGNUP_EMAIL_EXISTS',
  username: 'SIGNUP_USERNAME_EXISTS',
  phone: 'SIGNUP_PHONE_EXISTS',
} as const;

/** A sign-up that found an identifier taken. */
interface RefusedSignup {
  /** As it would have been stored. */
  account: NewUser;
  passwordHash: string;
  step: SignupStep | undefined;
  /** The sign-in that it would have become. */
  signIn: Omit<SignIn, 'user'>;
}

/** What a sign-up is told whose identifiers are taken. */
@Injectable()
export class TakenAccounts {
  constructor(
    @Inject(SIGNUP_OPTIONS) private readonly options: ResolvedSignupOptions,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(UNPROVED_ACCOUNT_REPOSITORY) private readonly unproved: UnprovedAccountRepository,
    @Inject(SignupVerification) private readonly verification: SignupVerification,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * With verification a taken address gets the same answer as a free one. Names are public, and said to be taken.
   *
   * @throws {NAuthException} SIGNUP_EMAIL_EXISTS without verification or with `discloseExisting`, SIGNUP_USERNAME_EXISTS,
   * SIGNUP_PHONE_EXISTS, SERVICE_UNAVAILABLE
   */
  async answer(refused: RefusedSignup, error: IdentifierTakenError): Promise<ChallengeResponse> {
    const { account, step, signIn } = refused;
    if (!step)
      throw taken((await this.firstTaken(account, ['email', 'username', 'phone'])) ?? error.kind, error);
    const unproved = await this.unproved.findByEmail(account.email);
    const other = await this.firstTaken(account, ['username', 'phone'], unproved);
    if (other) throw taken(other, error);
    if (unproved) return this.claim(refused, step, unproved);
    const holder = await this.users.findWithPassword({ kind: 'email', value: account.email });
    if (!holder || this.options.discloseExisting) throw taken(error.kind, error);
    return this.unitOfWork.run(() => this.verification.decoy(step, signIn, holder.user));
  }

  private claim(
    { account, passwordHash, signIn }: RefusedSignup,
    step: SignupStep,
    user: User,
  ): Promise<ChallengeResponse> {
    const { username, phone, firstName, lastName, locale, timezone, metadata } = account;
    const profile = { username, phone, firstName, lastName, locale, timezone, metadata };
    return this.unitOfWork.run(() =>
      this.verification.claim(step, { ...signIn, user }, { passwordHash, profile }),
    );
  }

  /** Of several identifiers that are taken, databases name different ones; clients are told of the first. */
  private async firstTaken(
    account: NewUser,
    kinds: readonly UserIdentifier['kind'][],
    except?: User | null,
  ): Promise<UserIdentifier['kind'] | undefined> {
    for (const kind of kinds) {
      const value = account[kind];
      const found = value === null ? null : await this.users.findWithPassword({ kind, value });
      if (found && found.user.id !== except?.id) return kind;
    }
    return undefined;
  }
}

function taken(kind: UserIdentifier['kind'], cause: IdentifierTakenError): NAuthException {
  return new NAuthException(TAKEN[kind], { cause });
}
