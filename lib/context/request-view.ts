import type { UserProfile } from '../contracts';
import type { ClientInfo } from './client-info';
import type { CurrentSession, RequestState } from './request-state';

/** What routes may see of a request: who is signed in, with which session, from where. Null for what is not known. */
export interface RequestView {
  user: UserProfile | null;
  session: CurrentSession | null;
  client: ClientInfo | null;
}

export function viewOf(state: RequestState | undefined): RequestView {
  const identity = state?.identity;
  const authenticated = identity?.status === 'authenticated' ? identity : undefined;
  return {
    user: authenticated?.user ?? null,
    session: authenticated?.session ?? null,
    client: state?.client ?? null,
  };
}
