import type { AuthMethod, ChallengeResponse } from '../../lib/contracts';
import type { NAuthClientError } from './client-error';
import type { CurrentUser } from './session-store';

/** What each event carries. No event carries a token. */
export interface NAuthEventData {
  /** A login is being sent. */
  'auth:login': { identifier: string };
  /** A sign-up is being sent. */
  'auth:signup': { email: string };
  'auth:success': { user: CurrentUser; authMethod: AuthMethod };
  'auth:challenge': ChallengeResponse;
  /** A login or sign-up was refused. */
  'auth:error': NAuthClientError;
  'auth:logout': Record<string, never>;
  'auth:refresh': Record<string, never>;
  'auth:session_expired': NAuthClientError;
}

export type NAuthEventName = keyof NAuthEventData;

export type NAuthEvent = {
  [Name in NAuthEventName]: { type: Name; data: NAuthEventData[Name]; timestamp: number };
}[NAuthEventName];

type Listener = (event: NAuthEvent) => void;

/** Delivers events to their listeners and to those of '*'. */
export class EventEmitter {
  private readonly listeners = new Map<string, Set<Listener>>();

  on(name: NAuthEventName | '*', listener: Listener): void {
    const known = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, known.add(listener));
  }

  off(name: NAuthEventName | '*', listener: Listener): void {
    this.listeners.get(name)?.delete(listener);
  }

  /** A listener that throws is reported and stops neither the others nor the request. */
  emit(event: NAuthEvent): void {
    for (const listener of [...(this.listeners.get(event.type) ?? []), ...(this.listeners.get('*') ?? [])]) {
      try {
        listener(event);
      } catch (error) {
        console.error(`A listener of ${event.type} failed.`, error);
      }
    }
  }
}
