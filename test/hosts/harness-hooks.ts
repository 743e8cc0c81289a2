import type { HookEvent, NAuthConfig } from '@nauth-toolkit/nestjs';

/** How a hook can misbehave. */
export const misbehaviours = ['throw', 'reject', 'hang', 'garbage'] as const;
export type Misbehaviour = (typeof misbehaviours)[number];

export interface HarnessHooks {
  /** Hooks misbehave for addresses that ask for it, such as beforelogin-hang-1@example.com. */
  misbehave?: boolean;
  timeout?: NonNullable<NAuthConfig['hooks']>['timeout'];
}

export function harnessHooks(file: HarnessHooks | undefined): NAuthConfig['hooks'] {
  if (!file?.misbehave) return file && { timeout: file.timeout };
  const ofUser =
    (hook: string) =>
    ({ user }: Pick<HookEvent<'afterSignup'>, 'user'>): Promise<void> | undefined =>
      misbehave(hook, user.email);
  const emails = new Map<string, string | null>();
  /** For payloads that name the account by its id: of those that have signed up here. */
  const ofId =
    (hook: string) =>
    ({ userId }: Pick<HookEvent<'afterSessionRevoke'>, 'userId'>): Promise<void> | undefined =>
      misbehave(hook, emails.get(userId) ?? null);
  return {
    timeout: file.timeout,
    beforeSignup: ({ email }) => misbehave('beforeSignup', email),
    afterSignup: [({ user }) => void emails.set(user.sub, user.email), ofUser('afterSignup')],
    beforeLogin: ofUser('beforeLogin'),
    afterLogin: ofUser('afterLogin'),
    beforeRefresh: ofUser('beforeRefresh'),
    afterRefresh: ofUser('afterRefresh'),
    beforePasswordChange: ofUser('beforePasswordChange'),
    afterPasswordChange: ofUser('afterPasswordChange'),
    beforeLogout: ofId('beforeLogout'),
    afterLogout: ofId('afterLogout'),
    beforeSessionRevoke: ofId('beforeSessionRevoke'),
    afterSessionRevoke: ofId('afterSessionRevoke'),
  };
}

function misbehave(hook: string, email: string | null): Promise<void> | undefined {
  const [name, behaviour] = email?.split('-') ?? [];
  if (name !== hook.toLowerCase()) return undefined;
  switch (behaviour) {
    case 'throw':
      throw new Error('a hook that throws');
    case 'reject':
      return Promise.reject(new Error('a hook that rejects'));
    case 'hang':
      return new Promise(() => undefined);
    case 'garbage':
      return JSON.parse('{"accessToken":"x","allow":false,"user":null}');
    default:
      return undefined;
  }
}
