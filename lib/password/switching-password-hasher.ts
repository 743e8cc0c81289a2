import { Logger } from '@nestjs/common';
import type { PasswordHasher } from './password-hasher';
import type { PasswordScheme } from './password-scheme';

/**
 * Hashes with one algorithm and verifies hashes of another one too, so that the configured hasher can be changed in
 * either direction; `needsRehash` has the old hashes replaced as their owners sign in (R009).
 *
 * The two cost different times. From the first hash of the other algorithm on, every verification of this process does
 * the work of both, whatever it is given: nothing tells an old account from a new one or from none (R014).
 */
export class SwitchingPasswordHasher implements PasswordHasher {
  private readonly logger = new Logger(SwitchingPasswordHasher.name);
  private isMixed = false;
  private hasWarned = false;

  constructor(
    private readonly current: PasswordScheme,
    private readonly other: PasswordScheme,
  ) {}

  hash(password: string): Promise<string> {
    return this.current.hash(password);
  }

  async verify(password: string, hash: string): Promise<boolean> {
    const isOther = this.other.recognises(hash) && this.canUseOther();
    this.isMixed ||= isOther;
    const [owner, second] = isOther ? [this.other, this.current] : [this.current, this.other];
    const equal = await owner.verify(password, hash);
    if (this.isMixed) await second.spend(password);
    return equal;
  }

  needsRehash(hash: string): boolean {
    return this.current.needsRehash(hash);
  }

  private canUseOther(): boolean {
    const problem = this.other.problem();
    if (problem && !this.hasWarned) {
      this.hasWarned = true;
      this.logger.error(`There are password hashes that cannot be verified: ${problem.message}`);
    }
    return !problem;
  }
}
