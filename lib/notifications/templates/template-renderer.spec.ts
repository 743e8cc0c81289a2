import { describe, expect, it } from 'vitest';
import type { ResolvedNotificationOptions } from '../notification.options';
import { TemplateRenderer, type RenderInput } from './template-renderer';
import {
  emailTemplateVariables,
  isEmailTemplate,
  isSmsTemplate,
  smsTemplateVariables,
  type EmailTemplateName,
} from './template-variables';

const NOW = Date.UTC(2026, 2, 2, 13, 5);

function renderer(options: Partial<ResolvedNotificationOptions> = {}): TemplateRenderer {
  return new TemplateRenderer({
    emailProvider: undefined,
    smsProvider: undefined,
    globalVariables: {},
    emailTemplates: new Map(),
    smsTemplates: new Map(),
    suppressed: new Set(),
    allowedCountries: 'all',
    ...options,
  });
}

function input(part: Partial<RenderInput> = {}): RenderInput {
  return {
    to: 'ada@example.com',
    variables: {},
    userName: 'Ada',
    locale: null,
    timezone: null,
    occurredAt: NOW,
    expiresAt: NOW + 15 * 60_000,
    now: NOW,
    ...part,
  };
}

const names = Object.keys(emailTemplateVariables).filter(isEmailTemplate);
const brand = {
  appName: 'Example & Co',
  companyName: 'Example Ltd',
  companyAddress: '1 Main Street',
  supportEmail: 'help@example.com',
  brandColor: '#123456',
  logoUrl: 'https://example.com/logo.png?a=1&b=2',
  dashboardUrl: 'https://example.com/account',
  footerDisclaimer: 'You have an account with us.',
};

/** A value for each variable of an e-mail, each of which can be found again. */
function everything(name: EmailTemplateName): Record<string, string> {
  const own: readonly string[] = emailTemplateVariables[name];
  return Object.fromEntries(
    own.map((key) => [key, key === 'link' ? 'https://app.example.com/verify?t=1&u=2' : `value-of-${key}`]),
  );
}

/** What a reader sees of HTML. */
function visible(html: string): string {
  return html
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#x3D;', '=')
    .replaceAll('&#x27;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
}

describe('built-in e-mails', () => {
  it.each(names)('%s: shows every variable in both forms, and the brand', (name) => {
    const variables = everything(name);
    const { subject, html, text } = renderer({ globalVariables: brand }).email(name, input({ variables }));
    expect(subject).toMatch(/^Example & Co: \S/);
    for (const value of Object.values(variables)) {
      expect(text).toContain(value);
      expect(visible(html) + html.replaceAll('&#x3D;', '=').replaceAll('&amp;', '&')).toContain(value);
    }
    for (const body of [text, visible(html)]) {
      expect(body).toContain('Hello Ada,');
      for (const value of ['Example Ltd, 1 Main Street', 'help@example.com', brand.footerDisclaimer])
        expect(body).toContain(value);
      expect(body).not.toMatch(/\{\{|undefined|null|\[object/);
    }
    expect(html).toContain('background:#ffffff');
    expect(html).toContain('#123456');
    expect(html).toContain('logo.png?a&#x3D;1&amp;b&#x3D;2');
  });

  it.each(names)('%s: is whole without anything that may be missing', (name) => {
    const { code, method } = everything(name);
    const variables = { ...(code && { code }), ...(method && { method }) };
    const { subject, html, text } = renderer().email(name, input({ variables, userName: null }));
    expect(subject).toMatch(/^[A-Z]/);
    for (const body of [subject, text, visible(html)]) {
      expect(body).not.toMatch(/\{\{|undefined|null|\(\)|\s[.,](?:\s|$)|\n\n\n/);
    }
    expect(text).toMatch(/Hello,[^]*[A-Za-z.]$/);
    expect(html).not.toContain('<img');
    expect(html).not.toContain('href');
  });

  it('tell how long a code is valid from the moment it is sent', () => {
    const late = input({ variables: { code: '123456' }, now: NOW + 5 * 60_000 + 1 });
    expect(renderer().email('passwordReset', late).text).toContain('for 10 minutes');
  });
});

describe('built-in text messages', () => {
  it.each(Object.keys(smsTemplateVariables).filter(isSmsTemplate))('%s: fits one message', (name) => {
    const options = { globalVariables: { appName: 'Example' } };
    const { text } = renderer(options).sms(name, input({ variables: { code: '12345678' } }));
    expect(text).toMatch(/^Example: 12345678 is your .* Valid for 15 minutes\./);
    expect(text.length).toBeLessThanOrEqual(160);
    expect(text).toMatch(/^[\x20-\x7e]+$/);
  });
});

describe('text of users (R144, S31, S32)', () => {
  const hostile = [
    `{{#with 's' as |x|}}{{x.constructor}}{{/with}}\${7*7}<%= 7*7 %>`,
    '<img src=x onerror=alert(1)>',
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '{{{code}}} {{> layout}} {{@root}} {{constructor}}',
    '&lt;b&gt;',
    '</title></head><body>',
  ];

  it.each(hostile)('%s is shown as it is, and does nothing', (text) => {
    const variables = { method: text, deviceName: text, device: text, ipAddress: text, location: text };
    const {
      subject,
      html,
      text: plain,
    } = renderer().email('mfaDeviceRemoved', input({ userName: text, variables }));
    expect(visible(html).split(text)).toHaveLength(7);
    expect(plain.split(text)).toHaveLength(7);
    const escaped = html.replace(/<[^>]*>/g, '');
    expect(escaped).not.toMatch(/[<>"']/);
    expect(html).not.toMatch(/<(?:script|img)|<[^>]*\son\w+=/);
    expect(html + plain + subject).not.toContain('49');
  });

  it('stays on one line, without control characters, in the subject too', () => {
    const own = { subject: 'For {{deviceName}}', html: '{{deviceName}}', text: '{{deviceName}}' };
    const emailTemplates = new Map([['en', new Map([['mfaDeviceRemoved' as const, own]])]]);
    const nasty = 'a\r\nBcc: eve@example.com\u0000\u2028\u202e\x1b[2J';
    const { subject, html, text } = renderer({ emailTemplates }).email(
      'mfaDeviceRemoved',
      input({ variables: { deviceName: nasty } }),
    );
    for (const part of [subject, html, text]) expect(part).not.toMatch(/[\r\n\u0000-\u001f\u2028\u202e]/);
    expect(subject).toContain('Bcc: eve@example.com');
    expect(
      renderer({ emailTemplates }).email(
        'mfaDeviceRemoved',
        input({ variables: { deviceName: 'x'.repeat(9999) } }),
      ).subject,
    ).toHaveLength(150);
  });

  it('that a mail program would make a link of is no name to greet with', () => {
    const greeting = (userName: string): string | undefined =>
      /Hello.*/.exec(
        renderer().email('verification', input({ userName, variables: { code: '1' } })).text,
      )?.[0];
    for (const name of [
      'win at https://evil.example',
      'www.evil',
      'Evil.com',
      'a evil.co.uk/x',
      'x'.repeat(101),
    ]) {
      expect(greeting(name)).toBe('Hello,');
    }
    for (const name of ['Ada', 'J. R. R. Tolkien', 'St. John', "O'Neil-Smith", 'Zo\u00eb', 'Dr.']) {
      expect(greeting(name)).toBe(`Hello ${name},`);
    }
  });

  it('reaches no prototype and no object', () => {
    const own = { subject: 's', html: '{{link}}{{code}}', text: '{{code}}' };
    const emailTemplates = new Map([['en', new Map([['verification' as const, own]])]]);
    const variables = {
      code: { toString: () => 'object' },
      link: ['list'],
      __proto__: { link: 'inherited' },
    };
    const rendered = renderer({ emailTemplates }).email('verification', input({ variables }));
    expect([rendered.html, rendered.text]).toEqual(['', '']);
  });
});

describe('templates of the application', () => {
  const own = { subject: 'Code {{code}}', html: '<i>{{code}}</i>', text: 'Code {{code}}' };

  it('replace the parts that they have', () => {
    const emailTemplates = new Map([['en', new Map([['verification' as const, { subject: own.subject }]])]]);
    const { subject, text } = renderer({ emailTemplates }).email(
      'verification',
      input({ variables: { code: '123456' } }),
    );
    expect(subject).toBe('Code 123456');
    expect(text).toContain('Confirm your e-mail address');
  });

  it('are chosen by language, then without region, then the default', () => {
    const set = (subject: string): Map<'verification', typeof own> =>
      new Map([['verification', { ...own, subject }]]);
    const emailTemplates = new Map([
      ['de', set('Deutsch')],
      ['pt-br', set('Brasil')],
    ]);
    const subjectFor = (locale: string | null): string =>
      renderer({ emailTemplates }).email('verification', input({ locale, variables: { code: '1' } })).subject;
    expect(['de', 'de-AT', 'de_CH', 'DE', 'pt-BR', 'pt_br'].map(subjectFor)).toEqual([
      ...Array<string>(4).fill('Deutsch'),
      'Brasil',
      'Brasil',
    ]);
    for (const locale of [null, '', 'pt', 'fr', 'en-GB', 'x'.repeat(999), '__proto__']) {
      expect(subjectFor(locale)).toBe('Your verification code');
    }
  });

  it('write moments in the language of the text and the zone of the reader', () => {
    const moment = { subject: '{{timestampFormatted}}', html: '', text: '{{formatDate timestamp}}' };
    const emailTemplates = new Map([['de', new Map([['newDevice' as const, moment]])]]);
    const at = (locale: string | null, timezone: string | null): string => {
      const { subject, text } = renderer({ emailTemplates }).email('newDevice', input({ locale, timezone }));
      return locale?.startsWith('de') ? `${subject} | ${text}` : (/Time: (.*)/.exec(text)?.[1] ?? '');
    };
    expect(at('de-AT', 'Europe/Vienna')).toMatch(/^2\. März 2026\b.* 14:05 MEZ \| 2\. März 2026$/);
    expect(at('fr', 'Europe/Vienna')).toMatch(/^March 2, 2026\b.* 02:05.PM GMT\+1$/);
    expect(at('en-GB', 'Europe/London')).toMatch(/^2 March 2026\b.* 13:05 GMT$/);
    for (const timezone of [null, 'Mars/Olympus', '']) {
      expect(at(null, timezone)).toMatch(/^March 2, 2026\b.* 01:05.PM UTC$/);
    }
  });

  it('may compare', () => {
    const text =
      '{{#if (and (eq method "totp") (gt currentYear 2000))}}A{{else}}B{{/if}}' +
      '{{#unless (or (ne method "totp") (lt 2 1))}}C{{/unless}}';
    const emailTemplates = new Map([['en', new Map([['mfaMethodAdded' as const, { text }]])]]);
    const of = (method: string): string =>
      renderer({ emailTemplates }).email('mfaMethodAdded', input({ variables: { method } })).text;
    expect([of('totp'), of('sms')]).toEqual(['AC', 'B']);
  });
});
