import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { freePort, startApplication, type Application } from '../docs/support/application';
import { buildPages, buildSample, repository } from '../docs/support/workspace';
import { describeChromium, openBrowser, type Browser } from '../support/chromium';

const PASSWORD = 'correct horse battery staple';

/** The pages of sample/04-web in Chromium, with an authenticator that the browser pretends to have. */
describeChromium('passkeys in Chromium', () => {
  let workingDirectory: string;
  let application: Application;
  let origin: string;
  /** A site on another port of the same host: the domain of the passkeys is its own as well, the origin is not. */
  let otherSite: Server;
  let browser: Browser;
  let page: Page;
  let cdp: CDPSession;
  let authenticatorId: string;
  let serial = 0;

  beforeAll(async () => {
    const pages = await buildPages();
    await buildSample('02-express');
    workingDirectory = await mkdtemp(join(tmpdir(), 'nauth-pages-'));
    const port = await freePort();
    origin = `http://localhost:${port}`;
    application = await startApplication(join(repository, 'sample', '02-express', 'dist', 'main.js'), {
      cwd: workingDirectory,
      port,
      env: { PAGES: pages, WEB_ORIGIN: origin, TOKEN_DELIVERY: 'cookies' },
    });
    otherSite = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>another site</title>');
    }).listen(0, '127.0.0.1');
  }, 300_000);
  afterAll(async () => {
    otherSite?.close();
    await application?.stop();
    await rm(workingDirectory, { recursive: true, force: true });
  });

  beforeEach(async () => {
    browser = await openBrowser();
    page = await browser.context.newPage();
    cdp = await browser.context.newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    const options = {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    } as const;
    ({ authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options }));
    // An authenticator that is always present takes what the browser offers at once, and would be ahead of the clicks.
    await page.addInitScript(`if (new URLSearchParams(location.search).get('offer') !== 'yes')
      PublicKeyCredential.isConditionalMediationAvailable = async () => false;`);
    await page.goto(origin);
  }, 120_000);
  afterEach(() => browser.close());

  const says = (text: string | RegExp) =>
    expect
      .poll(() => page.locator('#status').textContent(), { timeout: 20_000 })
      .toEqual(typeof text === 'string' ? text : expect.stringMatching(text));

  async function signUp(): Promise<string> {
    serial += 1;
    const email = `ada${serial}@example.com`;
    await page.locator('#signup-email').fill(email);
    await page.locator('#signup-password').fill(PASSWORD);
    await page.locator('#signup button').click();
    await says('You are signed in.');
    return email;
  }

  async function addPasskey(name: string): Promise<void> {
    await page.locator('#passkey-name').fill(name);
    await page.locator('#add-passkey button').click();
  }

  /** Nobody touches the authenticator until `present`. */
  async function signOut(): Promise<void> {
    await present(false);
    await page.locator('#logout').click();
    await says('You are signed out.');
  }

  const present = (enabled: boolean) =>
    cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });

  const credentials = async () =>
    (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials;

  /** A request outside of the browser, as its page would send it. */
  async function post(
    path: string,
    json: object,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${application.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
      body: JSON.stringify(json),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** What the browser, on the page that it is on, makes of these options. */
  function assertion(options: unknown): Promise<object> {
    const script = `(async () => {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(${JSON.stringify(options)});
      return (await navigator.credentials.get({ publicKey })).toJSON();
    })()`;
    return page.evaluate<object>(script);
  }

  it('are set up, sign in without a password, and are asked for after one', async () => {
    const email = await signUp();
    await addPasskey('My laptop');
    await says('The passkey is set up.');
    expect(await page.locator('#devices li').textContent()).toContain('My laptop (passkey)');
    await signOut();

    await present(true);
    await page.locator('#passkey-login').click();
    await says('You are signed in.');
    expect(await page.locator('#email').textContent()).toBe(email);
    await signOut();

    await page.locator('#login-email').fill(email);
    await page.locator('#login-password').fill(PASSWORD);
    await page.locator('#login button').first().click();
    await says('Show your second factor.');
    await present(true);
    await page.locator('#challenge-passkey').click();
    await says('You are signed in.');

    await page.locator('#devices button').click();
    await says('My laptop is removed.');
    expect(await page.locator('#devices li').count()).toBe(0);
  });

  it('are offered by the browser where it offers saved passwords', async () => {
    await page.goto(`${origin}/?offer=yes`);
    const email = await signUp();
    await addPasskey('My laptop');
    await says('The passkey is set up.');
    const login = page.waitForResponse(`${origin}/auth/passkey/login/verify`);

    await page.locator('#logout').click();
    expect((await login).status()).toBe(200);
    await says('You are signed in.');
    expect(await page.locator('#email').textContent()).toBe(email);
  });

  it('are not set up twice on one authenticator', async () => {
    await signUp();
    await addPasskey('First');
    await says('The passkey is set up.');
    await addPasskey('Second');
    await says(/previously registered/);
    expect(await page.locator('#devices li').count()).toBe(1);
  });

  it('do not work without user verification', async () => {
    await signUp();
    await addPasskey('Mine');
    await says('The passkey is set up.');
    await signOut();
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await present(true);
    await page.locator('#passkey-login').click();
    await says(/not allowed|timed out/i);
    // A browser that does without is not believed either.
    const { body } = await post('/auth/passkey/login/options', {});
    const options = { ...(body.options as object), userVerification: 'discouraged' };
    const credential = await assertion(options);
    const answer = await post('/auth/passkey/login/verify', { session: body.session, credential });
    expect([answer.status, answer.body.code]).toEqual([401, 'AUTH_INVALID_CREDENTIALS']);
  });

  it('do not work on another origin, and not twice', async () => {
    await signUp();
    await addPasskey('Mine');
    await says('The passkey is set up.');
    await signOut();
    await page.goto(`http://localhost:${(otherSite.address() as AddressInfo).port}`);
    await present(true);
    const foreign = await post('/auth/passkey/login/options', {});
    const stolen = { session: foreign.body.session, credential: await assertion(foreign.body.options) };
    expect((await post('/auth/passkey/login/verify', stolen)).status).toBe(401);

    await present(false);
    await page.goto(`${origin}/style.css`);
    await present(true);
    const own = await post('/auth/passkey/login/options', {});
    const given = { session: own.body.session, credential: await assertion(own.body.options) };
    expect((await post('/auth/passkey/login/verify', given)).status).toBe(200);
    expect((await post('/auth/passkey/login/verify', given)).status).toBe(401);
    const later = await post('/auth/passkey/login/options', {});
    const replayed = { session: later.body.session, credential: given.credential };
    expect((await post('/auth/passkey/login/verify', replayed)).status).toBe(401);
  });

  it('do not work from a copy of the authenticator', async () => {
    await signUp();
    await addPasskey('Mine');
    await says('The passkey is set up.');
    await signOut();
    const [copied] = await credentials();
    if (!copied) throw new Error('the authenticator has no credential');
    await present(true);
    await page.locator('#passkey-login').click();
    await says('You are signed in.');
    await signOut();
    await cdp.send('WebAuthn.removeCredential', { authenticatorId, credentialId: copied.credentialId });
    await cdp.send('WebAuthn.addCredential', {
      authenticatorId,
      credential: { ...copied, signCount: 0 },
    });
    await present(true);
    await page.locator('#passkey-login').click();
    await says(/./);
    expect(await page.locator('#member').isHidden()).toBe(true);
  });
});
