import type { PasswordHasher } from '@nauth-toolkit/nestjs';
import type { Counters } from './counters';

/** Counts every hash that is made or checked. */
export class CountingHasher implements PasswordHasher {
  constructor(
    private readonly hasher: PasswordHasher,
    private readonly counters: Counters,
  ) {}

  hash(password: string): Promise<string> {
    this.counters.hashes += 1;
    return this.hasher.hash(password);
  }

  verify(password: string, hash: string): Promise<boolean> {
    this.counters.hashes += 1;
    return this.hasher.verify(password, hash);
  }

  needsRehash(hash: string): boolean {
    return this.hasher.needsRehash?.(hash) ?? false;
  }
}
