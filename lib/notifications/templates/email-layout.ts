/** One e-mail as it is written: every text is a template, and serves for HTML and for plain text. */
export interface EmailContent {
  subject: string;
  /** Names what happened, in large letters. */
  heading: string;
  body: readonly EmailBlock[];
}

export type EmailBlock =
  | string
  /** The code, in letters that cannot be mistaken. */
  | { code: true }
  /** A link of this variable, if it has a value. */
  | { link: 'link' | 'dashboardUrl'; label: string }
  /** When and where, as far as it is known. */
  | { origin: true }
  /** A paragraph for the case that a variable has a value. */
  | { when: string; then: string };

/** The three templates of an e-mail. */
export interface EmailParts {
  subject: string;
  html: string;
  text: string;
}

const originRows: readonly (readonly [string, string])[] = [
  ['Time', 'timestampFormatted'],
  ['Device', 'device'],
  ['IP address', 'ipAddress'],
  ['Place', 'location'],
];

const FONT = 'font-family:-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif';
const PARAGRAPH = `margin:0 0 16px;${FONT};font-size:16px;line-height:24px;color:#1f2933`;
const SMALL = `margin:0 0 8px;${FONT};font-size:13px;line-height:20px;color:#52606d`;
const CODE =
  'display:inline-block;padding:12px 20px;border-radius:6px;background:#f1f4f8;color:#1f2933;' +
  'font-family:Menlo,Consolas,monospace;font-size:28px;letter-spacing:4px;font-weight:bold';
const BUTTON = `display:inline-block;padding:12px 24px;border-radius:6px;${FONT};font-size:16px;color:#ffffff;text-decoration:none`;

/** The templates of an e-mail that is written in one text for both forms. */
export function emailParts(content: EmailContent): EmailParts {
  return {
    subject: `{{#if appName}}{{appName}}: {{/if}}${content.subject}`,
    html: htmlOf(content),
    text: textOf(content),
  };
}

function htmlOf({ heading, body }: EmailContent): string {
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{subject}}</title>
</head>
<body style="margin:0;padding:24px 12px;background:#f1f4f8">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;background:#ffffff;border-radius:8px;border-top:4px solid {{#if brandColor}}{{brandColor}}{{else}}#3e5c76{{/if}}">
<tr><td style="padding:32px">
{{#if logoUrl}}<p style="${PARAGRAPH}"><img src="{{logoUrl}}" alt="{{appName}}" height="40" style="border:0"></p>
{{/if}}<h1 style="margin:0 0 16px;${FONT};font-size:22px;line-height:28px;color:#1f2933">${heading}</h1>
${[GREETING, ...body].map(htmlBlock).join('\n')}
</td></tr>
<tr><td style="padding:0 32px 24px">
${footer.map(([condition, text]) => `{{#if ${condition}}}<p style="${SMALL}">${text}</p>\n{{/if}}`).join('')}</td></tr>
</table>
</td></tr></table>
</body>
</html>
`;
}

function textOf({ heading, body }: EmailContent): string {
  const conditions = footer.map(([condition]) => condition).join(' ');
  const closing = footer.map(([condition, text]) => `{{#if ${condition}}}${text}\n{{/if}}`).join('');
  const end = `{{#if (or ${conditions})}}--\n${closing}{{/if}}`;
  return [heading, ...[GREETING, ...body].map(textBlock), end].join('\n\n');
}

const GREETING = 'Hello{{#if userName}} {{userName}}{{/if}},';

const footer: readonly (readonly [string, string])[] = [
  ['supportEmail', 'Questions? Write to {{supportEmail}}.'],
  ['footerDisclaimer', '{{footerDisclaimer}}'],
  ['companyName', '{{companyName}}{{#if companyAddress}}, {{companyAddress}}{{/if}}'],
];

function htmlBlock(block: EmailBlock): string {
  if (typeof block === 'string') return `<p style="${PARAGRAPH}">${block}</p>`;
  if ('code' in block) return `<p style="${PARAGRAPH}"><span style="${CODE}">{{code}}</span></p>`;
  if ('when' in block) return `{{#if ${block.when}}}<p style="${PARAGRAPH}">${block.then}</p>{{/if}}`;
  if ('link' in block) {
    const color = '{{#if brandColor}}{{brandColor}}{{else}}#3e5c76{{/if}}';
    const anchor = `<a href="{{${block.link}}}" style="${BUTTON};background:${color}">${block.label}</a>`;
    return `{{#if ${block.link}}}<p style="${PARAGRAPH}">${anchor}</p>{{/if}}`;
  }
  const rows = originRows.map(([label, name]) => `{{#if ${name}}}${label}: {{${name}}}<br>{{/if}}`).join('');
  return `<p style="${PARAGRAPH}">${rows}</p>`;
}

function textBlock(block: EmailBlock): string {
  if (typeof block === 'string') return block;
  if ('code' in block) return '    {{code}}';
  if ('when' in block) return `{{#if ${block.when}}}${block.then}{{/if}}`;
  if ('link' in block) return `{{#if ${block.link}}}${block.label}:\n{{${block.link}}}{{/if}}`;
  return originRows.map(([label, name]) => `{{#if ${name}}}${label}: {{${name}}}\n{{/if}}`).join('');
}
