import { isChallenge, NAuthClient, type AuthResponse } from '@nauth-toolkit/client';
import { element, input, onClick, onSubmit, say, show } from './page';
import { Passkeys } from './passkeys';

// The pages are served by the backend itself, with TOKEN_DELIVERY=cookies.
const auth = new NAuthClient({ baseUrl: location.origin, tokenDelivery: 'cookies' });
const passkeys = new Passkeys(auth);

/** The open challenge: sent back with its answer. */
let challenge = '';

async function proceed(answer: AuthResponse): Promise<void> {
  if (!isChallenge(answer)) return showMember();
  const { availableMethods, allowedMethods } = answer.challengeParameters;
  if (answer.challengeName === 'MFA_SETUP_REQUIRED' && isEmpty(allowedMethods)) {
    return refuse(
      'A second factor has to be set up, and the backend offers none. Ask its operator for help.',
    );
  }
  if (answer.challengeName !== 'MFA_REQUIRED') {
    return refuse(`The backend asks for ${answer.challengeName}, for which this sample has no page.`);
  }
  if (isEmpty(availableMethods)) {
    return refuse('No second factor of this account can be used at present. Ask the operator for help.');
  }
  const has = (name: string): boolean => Array.isArray(availableMethods) && availableMethods.includes(name);
  if (!['passkey', 'totp', 'backup'].some(has)) {
    return refuse('The second factors of this account are of kinds for which this sample has no page.');
  }
  challenge = answer.session;
  element('challenge-passkey', HTMLElement).hidden = !has('passkey');
  element('challenge-code', HTMLElement).hidden = !has('totp') && !has('backup');
  show('challenge');
  say('Show your second factor.');
}

function isEmpty(methods: unknown): boolean {
  return !Array.isArray(methods) || methods.length === 0;
}

/** Ends a sign-in that cannot go on here, with the reason in place of an empty page. */
function refuse(why: string): void {
  show('visitor');
  say(why);
}

async function showMember(): Promise<void> {
  const { email } = await auth.getProfile();
  element('email', HTMLElement).textContent = email;
  await showDevices();
  show('member');
  say('You are signed in.');
}

async function showDevices(): Promise<void> {
  const { devices } = await auth.mfa.listDevices();
  const rows = devices.map(({ id, name, type }) => {
    const row = document.createElement('li');
    const remove = document.createElement('button');
    // Names come from users: text, never HTML.
    row.textContent = `${name} (${type})`;
    remove.textContent = 'Remove';
    remove.setAttribute('aria-label', `Remove ${name}`);
    remove.addEventListener('click', () => {
      auth.mfa
        .removeDevice(id)
        .then(showDevices)
        .then(
          () => say(`${name} is removed.`),
          (error: Error) => say(error.message),
        );
    });
    row.append(remove);
    return row;
  });
  element('devices', HTMLUListElement).replaceChildren(...rows);
}

async function showVisitor(): Promise<void> {
  show('visitor');
  const answer = await passkeys.offer();
  if (answer) await proceed(answer);
}

onSubmit('login', async () => {
  await proceed(await auth.login(input('login-email').value, input('login-password').value));
});
onSubmit('signup', async () => {
  const [email, password] = [input('signup-email').value, input('signup-password').value];
  await proceed(await auth.signup({ email, password }));
});
onClick('passkey-login', async () => proceed(await passkeys.login()));
onClick('challenge-passkey', async () => proceed(await passkeys.answer(challenge)));
onSubmit('challenge-code', async () => {
  const code = input('code').value.trim();
  const method = /^\d{6}$|^\d{8}$/.test(code) ? 'totp' : 'backup';
  const request = { session: challenge, type: 'MFA_REQUIRED', method, code };
  await proceed(await auth.respondToChallenge(request));
});
onClick('challenge-cancel', showVisitor);
onSubmit('add-passkey', async () => {
  await passkeys.add(input('passkey-name').value.trim());
  await showDevices();
  say('The passkey is set up.');
});
onClick('add-totp', async () => {
  const { setupData } = await auth.mfa.setup({ methodName: 'totp' });
  element('totp-image', HTMLImageElement).src = String(setupData.qrCode);
  element('totp-key', HTMLElement).textContent = String(setupData.manualEntryKey);
  element('totp', HTMLElement).hidden = false;
});
onSubmit('totp', async () => {
  await auth.mfa.verifySetup({ methodName: 'totp', setupData: { code: input('totp-code').value.trim() } });
  element('totp', HTMLElement).hidden = true;
  await showDevices();
  say('The authenticator app is set up.');
});
onClick('logout', async () => {
  await auth.logout();
  say('You are signed out.');
  await showVisitor();
});

showMember().catch(() => showVisitor());
