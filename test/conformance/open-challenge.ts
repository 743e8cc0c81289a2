import { randomUUID } from 'node:crypto';
import { TOTP } from 'otpauth';
import { BrowserVisitor, NativeVisitor, type Visitor } from '../e2e/support/visitor';

const PASSWORD = 'Owner-of-one-challenge-2026';

/** One without a second factor, and one for a second factor. */
export const challengeKinds = ['FORCE_CHANGE_PASSWORD', 'MFA_REQUIRED'] as const;
export type ChallengeKind = (typeof challengeKinds)[number];

/** Makes the next login of a member stop at a challenge; the right answer to it. */
const prepare: Record<ChallengeKind, (who: Visitor) => Promise<object>> = {
  FORCE_CHANGE_PASSWORD: async (who) => {
    const { body } = await who.profile();
    await done(who, `/auth/admin/users/${String(body.sub)}/force-password-change`, {});
    return { newPassword: `${PASSWORD}-changed` };
  },
  MFA_REQUIRED: async (who) => {
    const { setupData } = await done(who, '/auth/mfa/setup-data', { methodName: 'totp' });
    const secret = String(Reflect.get(Object(setupData), 'secret'));
    const totp = new TOTP({ secret, algorithm: 'SHA1', digits: 6, period: 30 });
    // One look at the clock: the code of this step, and that of the next one, which is accepted already.
    const now = Date.now();
    const setupCode = { code: totp.generate({ timestamp: now }) };
    await done(who, '/auth/mfa/verify-setup', { methodName: 'totp', setupData: setupCode });
    return { method: 'totp', code: totp.generate({ timestamp: now + 30_000 }) };
  },
};

/** A challenge that waits for its owner, of an account of its own: what is done to it concerns no other. */
export class OpenChallenge {
  private constructor(
    readonly session: string,
    private readonly owner: Visitor,
    private readonly answer: object,
  ) {}

  static async open(url: string, style: Visitor['style'], kind: ChallengeKind): Promise<OpenChallenge> {
    const owner = style === 'native' ? new NativeVisitor(url) : new BrowserVisitor(url);
    const email = `owner-${randomUUID()}@example.com`;
    await done(owner, '/auth/signup', { email, password: PASSWORD });
    const answer = await prepare[kind](owner);
    const { challengeName, session } = await done(owner, '/auth/login', {
      identifier: email,
      password: PASSWORD,
    });
    if (challengeName !== kind) throw new Error(`the login asked for ${String(challengeName)}`);
    return new OpenChallenge(String(session), owner, { session, type: kind, ...answer });
  }

  /** Answers it as its owner does, once; the status. */
  async settle(): Promise<number> {
    const { status } = await this.owner.call('POST', '/auth/respond-challenge', { json: this.answer });
    return status;
  }

  close(): void {
    this.owner.agent.close();
  }
}

async function done(who: Visitor, path: string, json: object): Promise<Record<string, unknown>> {
  const { status, body } = await who.call('POST', path, { json });
  if (status >= 300) throw new Error(`${path} answered ${status} ${String(body.code)}`);
  return body;
}
