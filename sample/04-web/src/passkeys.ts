import {
  browserSupportsWebAuthnAutofill,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser';
import type { AuthResponse, NAuthClient } from '@nauth-toolkit/client';

type CreationOptions = Parameters<typeof startRegistration>[0]['optionsJSON'];
type RequestOptions = Parameters<typeof startAuthentication>[0]['optionsJSON'];

/** Passkeys between the browser, which makes and uses them, and the backend, which asks and checks. */
export class Passkeys {
  constructor(private readonly auth: NAuthClient) {}

  /** Sets one up for the signed-in user. */
  async add(name: string): Promise<void> {
    const optionsJSON = await this.auth.passkeys.setupOptions<CreationOptions>();
    const credential = await startRegistration({ optionsJSON });
    await this.auth.passkeys.setUp(credential, name || undefined);
  }

  /** Signs in with whichever passkey the browser offers. */
  async login(): Promise<AuthResponse> {
    const { session, options } = await this.auth.passkeys.loginOptions();
    return this.auth.passkeys.login(session, await startAuthentication({ optionsJSON: options }));
  }

  /**
   * Lets the browser offer passkeys where it offers saved passwords. Ends when somebody picks one, or silently when
   * another request of the page takes its place.
   */
  async offer(): Promise<AuthResponse | undefined> {
    if (!(await browserSupportsWebAuthnAutofill())) return undefined;
    const { session, options } = await this.auth.passkeys.loginOptions();
    const picked = startAuthentication({ optionsJSON: options, useBrowserAutofill: true });
    const credential = await picked.catch(() => undefined);
    return credential && this.auth.passkeys.login(session, credential);
  }

  /** Answers a challenge for the second factor. */
  async answer(session: string): Promise<AuthResponse> {
    const optionsJSON = await this.auth.passkeys.challengeOptions<RequestOptions>(session);
    return this.auth.passkeys.answerChallenge(session, await startAuthentication({ optionsJSON }));
  }
}
