import type { HookEvent, NAuthConfig } from '@nauth-toolkit/fastify';

/** What the application does when something happens to an account. */
export const hooks: NAuthConfig['hooks'] = { afterSignup: greet };

function greet({ user }: HookEvent<'afterSignup'>): void {
  console.log(`New account: ${user.sub}`);
}
