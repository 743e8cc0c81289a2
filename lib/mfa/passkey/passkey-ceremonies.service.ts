import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { constantTimeEqual } from '../../common';
import { ContextStorage, DeliveryPolicy } from '../../context';
import { TRANSIENT_STORE, type TransientStore } from '../../storage';

/** Life of a challenge (R093). */
const LIFE_MS = 5 * 60_000;
const CHALLENGE_BYTES = 32;

/** What a challenge was made for; one for another purpose is none. */
export type CeremonyPurpose = 'register' | 'second-factor' | 'login';

/** What the server remembers of a ceremony that it began. */
export interface Ceremony {
  /** SHA-256, in base64url, of the challenge as the client has it: who reads the store learns of none (R145). */
  challengeDigest: string;
  /** Whose passkey it is about: an account, `nobody` for a name that no account has, null for whoever comes. */
  userId: string | null;
}

/**
 * Challenges are made and kept here, never taken from a client, and each is good for one try: it is taken before anything
 * is checked (R093). A ceremony belongs to the session or challenge that began it, and to clients that get their tokens in
 * the same way; the next one that begins there takes its place.
 */
@Injectable()
export class PasskeyCeremonies {
  constructor(
    @Inject(TRANSIENT_STORE) private readonly store: TransientStore,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(DeliveryPolicy) private readonly delivery: DeliveryPolicy,
  ) {}

  /** The bytes of the challenge. */
  async begin(
    purpose: CeremonyPurpose,
    binding: string,
    userId: string | null,
  ): Promise<Buffer<ArrayBuffer>> {
    const bytes = Buffer.from(randomBytes(CHALLENGE_BYTES));
    const ceremony: Ceremony = { challengeDigest: digestOf(bytes.toString('base64url')), userId };
    await this.store.set(this.key(purpose, binding), JSON.stringify(ceremony), LIFE_MS);
    return bytes;
  }

  /** The ceremony, for one of any number of callers. */
  async take(purpose: CeremonyPurpose, binding: string): Promise<Ceremony | null> {
    const kept = await this.store.take(this.key(purpose, binding));
    return kept === null ? null : (JSON.parse(kept) as Ceremony);
  }

  private key(purpose: CeremonyPurpose, binding: string): string {
    const delivery = this.delivery.methodFor(this.context.current());
    return `passkey:${purpose}:${digestOf(`${delivery} ${binding}`)}`;
  }
}

/** Whether what the authenticator has signed is the challenge of the ceremony. */
export function isChallengeOf({ challengeDigest }: Ceremony): (challenge: string) => boolean {
  return (challenge) => constantTimeEqual(digestOf(challenge), challengeDigest);
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
