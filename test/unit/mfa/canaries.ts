import { SoftwareAuthenticator, type CreationOptions } from '../../support/passkeys/software-authenticator';
import { App, Client, member, outcome, PASSWORD, withCode, type World } from './support';

const DIGITS = /^\d+$/;

/** What must stand nowhere but with its owner, by what it is. */
export class Canaries {
  private readonly kept: [string, string][] = [];

  keep(name: string, value: unknown): string {
    if (typeof value !== 'string' || value === '') throw new Error(`there is no ${name}`);
    this.kept.push([name, value]);
    return value;
  }

  get names(): string[] {
    return [...new Set(this.kept.map(([name]) => name))];
  }

  /** Names of those that the text holds, as they are or in another spelling of the same bytes. */
  foundIn(text: string): string[] {
    const found = this.kept.filter(([, value]) => spellings(value).some((spelling) => holds(text, spelling)));
    return [...new Set(found.map(([name]) => name))];
  }
}

function spellings(value: string): string[] {
  // Six digits in base64 or hex are found by chance.
  if (DIGITS.test(value)) return [value];
  const bytes = Buffer.from(value);
  return [value, value.replaceAll('-', ''), bytes.toString('hex'), bytes.toString('base64url')];
}

/** Digits stand by themselves, as there are more of them in times and ids. */
function holds(text: string, spelling: string): boolean {
  return DIGITS.test(spelling) ? new RegExp(`\\b${spelling}\\b`).test(text) : text.includes(spelling);
}

/** Goes through everything that has to do with second factors, with failures, and leaves all of it in the middle. */
export async function sing(here: World): Promise<Canaries> {
  const { core } = here;
  const { authService, mfaService } = core;
  const canaries = new Canaries();
  const who = await member(here);
  const tokens = (client: Client): void => {
    canaries.keep('access token', client.accessToken);
    canaries.keep('refresh token', client.refreshToken);
  };
  const challenge = (data: Record<string, unknown>): string =>
    canaries.keep('passkey challenge', (data['options'] as CreationOptions).challenge);
  canaries.keep('password', PASSWORD);
  tokens(who);

  const begin = (methodName: string, setupData = {}) =>
    who.as(() => mfaService.setup({ methodName, setupData }));
  const prove = (methodName: string, setupData: object) =>
    outcome(who.as(() => mfaService.verifySetup({ methodName, setupData: { ...setupData } })));
  const seed = async (): Promise<string> => {
    const { secret } = (await begin('totp')).setupData;
    const { bytes } = new App(String(secret), here.now).totp.secret;
    for (const encoding of ['hex', 'latin1', 'base64'] as const) {
      canaries.keep('TOTP secret', Buffer.from(bytes).toString(encoding));
    }
    return canaries.keep('TOTP secret', secret);
  };

  const app = new App(await seed(), here.now);
  await prove('totp', { code: '000000' });
  await prove('totp', { code: canaries.keep('TOTP code', app.code()) });
  await seed();
  for (const [channel, setupData] of [
    ['email', {}],
    ['sms', { phone: '+12025550123' }],
  ] as const) {
    const { code } = await withCode(here, channel, () => begin(channel, setupData));
    canaries.keep(`${channel} code`, code);
    await prove(channel, { code: '000000' });
    await prove(channel, { code });
  }
  const authenticator = new SoftwareAuthenticator();
  const options = (await begin('passkey')).setupData['options'] as CreationOptions;
  canaries.keep('passkey challenge', options.challenge);
  await prove('passkey', {
    credential: authenticator.create(options, { forged: true, userVerified: false }),
  });
  challenge((await begin('passkey')).setupData);

  const { codes } = await who.as(() => mfaService.generateBackupCodes());
  for (const code of codes) canaries.keep('backup code', code);
  const trusted = await who.as(() => authService.trustDevice());
  canaries.keep('device token', trusted.deviceToken);
  await outcome(who.as(() => mfaService.verify({ method: 'backup', code: codes[0] })));

  here.clock.offset += 120_000;
  const other = new Client(core, who.email);
  const signIn = await other.login();
  const session = canaries.keep('challenge session', signIn.session);
  await outcome(other.respond(session, { method: 'totp', code: '000000' }));
  const mailed = await withCode(here, 'email', () =>
    other.as(() => authService.getChallengeData({ session, method: 'email' })),
  );
  canaries.keep('email code', mailed.code);
  const signedIn = await other.respond(session, { method: 'totp', code: app.code() });
  canaries.keep('device token', signedIn.deviceToken);
  tokens(other);

  // Left open: a sign-in, a proof, a login with a passkey, and a set-up.
  const open = new Client(core, who.email);
  canaries.keep('challenge session', (await open.login()).session);
  const texted = await withCode(here, 'sms', () => other.as(() => mfaService.challenge({ method: 'sms' })));
  canaries.keep('sms code', texted.code);
  const login = await open.as(() => authService.getPasskeyLoginOptions({}));
  canaries.keep('passkey session', login.session);
  challenge({ options: login.options });
  return canaries;
}
