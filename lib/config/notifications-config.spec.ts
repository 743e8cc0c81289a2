import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleEmailProvider, ConsoleSMSProvider } from '../notifications';
import { NAuthConfigError, resolveConfig, type ResolvedConfig } from './index';
import { ProblemReport } from './problem-report';
import { requireProvider } from './sections/notifications.resolve';

const base = {
  jwt: {
    accessToken: { secret: 'pG0vT9bRk2xWq7LzYc4mHd8sNf3jUa1e' },
    refreshToken: { secret: 'Zr5uE8oXi1tBv6KwQn9yCj2gMl7hDs4p' },
  },
  encryption: { keys: { k1: 'b7Vq2LxT0nRk9WcY5sJd8HfM3gZp6UaE' } },
};
const sender = { send: () => Promise.resolve() };

function resolve(part: object, production = false): ResolvedConfig['notifications'] {
  return resolveConfig({ ...base, ...part }, { production }).notifications;
}

function problems(part: object, production = false): Record<string, string> {
  try {
    resolve(part, production);
    return {};
  } catch (error) {
    if (!(error instanceof NAuthConfigError)) throw error;
    return Object.fromEntries(error.problems.map(({ path, message }) => [path, message]));
  }
}

describe('providers', () => {
  it('are the console outside production, and none in it', () => {
    expect(resolve({})).toMatchObject({ emailProvider: 'console', smsProvider: 'console' });
    expect(resolve({}, true)).toMatchObject({ emailProvider: undefined, smsProvider: undefined });
  });

  it('of the host are taken as they are, and left as they are', () => {
    const emailProvider = { ...sender, state: { open: false } };
    const resolved = resolve({ emailProvider });
    expect(resolved.emailProvider).toBe(emailProvider);
    emailProvider.state.open = true;
    expect(emailProvider.state.open).toBe(true);
  });

  it('that print codes are refused in production', () => {
    const printing = { emailProvider: new ConsoleEmailProvider(), smsProvider: new ConsoleSMSProvider() };
    expect(Object.keys(problems({ ...printing, sms: { allowedCountries: 'all' } }, true))).toEqual([
      'emailProvider',
      'smsProvider',
    ]);
    expect(problems(printing)).toEqual({});
  });

  it('are demanded for what needs them, in production', () => {
    const missing = (production: boolean, part = {}): unknown => {
      const report = new ProblemReport();
      requireProvider('email', "signup.verificationMethod 'email'", resolve(part, production), { report });
      requireProvider('sms', 'mfa.allowedMethods sms', resolve(part, production), { report });
      return report.problems([]);
    };
    expect(missing(false)).toEqual([]);
    expect(missing(true)).toEqual([
      { path: 'emailProvider', message: "is missing; signup.verificationMethod 'email' sends e-mail" },
      { path: 'smsProvider', message: 'is missing; mfa.allowedMethods sms sends text messages' },
    ]);
    const both = { emailProvider: sender, smsProvider: sender, sms: { allowedCountries: ['DE'] } };
    expect(missing(true, both)).toEqual([]);
  });
});

describe('sms.allowedCountries (R028)', () => {
  it('must be said in production, where text messages are sent', () => {
    expect(Object.keys(problems({ smsProvider: sender }, true))).toEqual(['sms.allowedCountries']);
    expect(problems({ smsProvider: sender })).toEqual({});
    expect(problems({}, true)).toEqual({});
    const named = resolve({ smsProvider: sender, sms: { allowedCountries: ['DE', 'AT'] } }, true);
    expect(named.allowedCountries).toEqual(new Set(['DE', 'AT']));
  });

  it.each([[['de']], [['GER']], [[7]], [['DE', '']], [new Array(2)]])('%j names no countries', (list) => {
    expect(Object.keys(problems({ sms: { allowedCountries: list } }))[0]).toMatch(
      /^sms\.allowedCountries\[\d\]$/,
    );
  });
});

describe('templates', () => {
  let folder: string;
  const complete = { subject: 'Code', html: '<b>{{code}}</b>', text: '{{code}}' };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nauth-templates-'));
    writeFileSync(join(folder, 'code.html'), '<p>{{userName}}: {{code}}</p>');
    writeFileSync(join(folder, 'empty.txt'), '');
    writeFileSync(join(folder, 'broken.html'), '<p>\n{{#if code}}</p>');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are read from files, and may be parts of an e-mail', () => {
    const { emailTemplates } = resolve({
      email: {
        templates: {
          verification: { htmlPath: join(folder, 'code.html') },
          welcome: { subject: 'Hi {{userName}}' },
        },
        languages: { 'de-at': { verification: complete }, de: { verification: complete } },
      },
    });
    expect(emailTemplates.get('en')?.get('verification')).toEqual({ html: '<p>{{userName}}: {{code}}</p>' });
    expect(emailTemplates.get('en')?.get('welcome')).toEqual({ subject: 'Hi {{userName}}' });
    expect([...emailTemplates.keys()]).toEqual(['en', 'de-at', 'de']);
    expect(
      resolve({ sms: { templates: { mfa: '{{code}}' } } })
        .smsTemplates.get('en')
        ?.get('mfa'),
    ).toBe('{{code}}');
  });

  const email = (template: object): object => ({ email: { templates: { verification: template } } });
  it.each<[string, () => object, string, RegExp]>([
    ['unknown name', () => ({ email: { templates: { welcom: {} } } }), 'email.templates.welcom', /welcome/],
    ['unknown part', () => email({ htmll: 'x' }), 'email.templates.verification.htmll', /html/],
    ['no text', () => email({ html: 7 }), 'email.templates.verification.html', /text/],
    ['empty', () => email({ html: '' }), 'email.templates.verification.html', /empty/],
    ['too long', () => email({ html: 'x'.repeat(300_000) }), 'email.templates.verification.html', /longer/],
    [
      'no file',
      () => email({ htmlPath: join(folder, 'x') }),
      'email.templates.verification.htmlPath',
      /cannot be read/,
    ],
    [
      'empty file',
      () => email({ textPath: join(folder, 'empty.txt') }),
      'email.templates.verification.textPath',
      /empty/,
    ],
    [
      'broken file',
      () => email({ htmlPath: join(folder, 'broken.html') }),
      'email.templates.verification.htmlPath',
      /line 2/,
    ],
    [
      'text and file',
      () => email({ html: '{{code}}', htmlPath: join(folder, 'code.html') }),
      'email.templates.verification.htmlPath',
      /beside html/,
    ],
    [
      'unknown variable',
      () => email({ text: '{{code}} {{cod}}' }),
      'email.templates.verification.text',
      /'cod'/,
    ],
    ['without its code', () => email({ text: 'Hello' }), 'email.templates.verification.text', /\{\{code\}\}/],
    [
      'unescaped',
      () => email({ html: '{{code}}{{{userName}}}' }),
      'email.templates.verification.html',
      /escaping/,
    ],
    [
      'variable of another',
      () => ({ email: { templates: { welcome: { text: '{{code}}' } } } }),
      'email.templates.welcome.text',
      /'code'/,
    ],
    [
      'subject of itself',
      () => email({ subject: '{{subject}}' }),
      'email.templates.verification.subject',
      /'subject'/,
    ],
    ['language', () => ({ email: { languages: { 'd e': {} } } }), 'email.languages["d e"]', /BCP 47/],
    ['no set', () => ({ sms: { languages: { de: 'x' } } }), 'sms.languages.de', /object/],
    [
      'incomplete language',
      () => ({ email: { languages: { de: { verification: { html: '{{code}}' } } } } }),
      'email.languages.de.verification',
      /no subject and no text/,
    ],
    [
      'English twice',
      () => ({ email: { templates: {}, languages: { en: {} } } }),
      'email.languages.en',
      /keep one of the two/,
    ],
    [
      'sms name',
      () => ({ sms: { templates: { verificaton: 'x' } } }),
      'sms.templates.verificaton',
      /verification/,
    ],
    ['sms text', () => ({ sms: { templates: { mfa: '' } } }), 'sms.templates.mfa', /1000/],
    [
      'sms variable',
      () => ({ sms: { templates: { mfa: '{{code}} {{link}}' } } }),
      'sms.templates.mfa',
      /'link'/,
    ],
    [
      'sms without code',
      () => ({ sms: { templates: { mfa: 'Hello' } } }),
      'sms.templates.mfa',
      /\{\{code\}\}/,
    ],
  ])('with a defect are refused at start: %s', (_, part, path, message) => {
    const found = problems(part());
    expect(Object.keys(found)).toEqual([path]);
    expect(found[path]).toMatch(message);
  });
});

describe('emailNotifications.suppress', () => {
  it('turns notices off and on', () => {
    const choose = (suppress: object): unknown => resolve({ emailNotifications: { suppress } }).suppressed;
    expect(choose({})).toEqual(new Set(['welcome']));
    expect(choose({ welcome: false, newDevice: true })).toEqual(new Set(['newDevice']));
    expect(choose({ welcome: undefined, newDevice: false })).toEqual(new Set(['welcome']));
  });
});
