import { readFileSync } from 'node:fs';
import {
  commonVariables,
  emailCommonVariables,
  emailTemplateVariables,
  isEmailTemplate,
  isSmsTemplate,
  smsTemplateVariables,
  templateProblem,
  type EmailTemplateName,
  type EmailTemplateSource,
  type SmsTemplateName,
  type TemplatesByLanguage,
} from '../../notifications';
import { formatPath } from '../config-path';
import { isOptionsObject } from '../fields';
import type { SectionContext } from '../section-context';
import { unknownOptionMessage } from '../unknown-option';

const LONGEST_TEMPLATE = 256 * 1024;
const PARTS = ['subject', 'html', 'text'] as const;
const FILES = { htmlPath: 'html', textPath: 'text' } as const;
const KNOWN = [...PARTS, ...Object.keys(FILES)];

type Part = (typeof PARTS)[number];
type TemplateMap<Name, Source> = Map<Name, Source>;

/** Where the templates of a channel stand in the configuration, as the host wrote them. */
interface GivenTemplates {
  path: 'email' | 'sms';
  templates: object | undefined;
  languages: object | undefined;
}

/** The application's e-mails, files read, each checked. Those in other languages must be complete. */
export function resolveEmailTemplates(
  options: { templates?: object; languages?: object },
  context: SectionContext,
): TemplatesByLanguage<EmailTemplateName, EmailTemplateSource> {
  const given = { path: 'email', templates: options.templates, languages: options.languages } as const;
  return byLanguage(given, context, (set, path, isComplete) => emailSet(set, path, isComplete, context));
}

/** The application's text messages, each checked. */
export function resolveSmsTemplates(
  options: { templates?: object; languages?: object },
  context: SectionContext,
): TemplatesByLanguage<SmsTemplateName, string> {
  const given = { path: 'sms', templates: options.templates, languages: options.languages } as const;
  return byLanguage(given, context, (set, path) => smsSet(set, path, context));
}

function byLanguage<Name, Source>(
  { path, templates, languages }: GivenTemplates,
  { report }: SectionContext,
  resolveSet: (set: object, path: string[], isComplete: boolean) => TemplateMap<Name, Source>,
): Map<string, TemplateMap<Name, Source>> {
  const result = new Map<string, TemplateMap<Name, Source>>();
  if (templates) result.set('en', resolveSet(templates, [path, 'templates'], false));
  for (const [tag, set] of Object.entries(languages ?? {})) {
    const at = [path, 'languages', tag];
    const language = canonicalLanguage(tag);
    if (language === undefined) {
      report.addRule(formatPath(at), "is no language; name it by its BCP 47 tag, such as 'de' or 'pt-BR'");
    } else if (language === 'en' && templates) {
      report.addRule(formatPath(at), `has no effect beside ${path}.templates; keep one of the two`);
    } else if (!isOptionsObject(set)) {
      report.addRule(formatPath(at), 'must be an object of templates by name');
    } else {
      result.set(language, resolveSet(set, at, true));
    }
  }
  return result;
}

function canonicalLanguage(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0]?.toLowerCase();
  } catch {
    return undefined;
  }
}

function emailSet(
  set: object,
  path: string[],
  isComplete: boolean,
  context: SectionContext,
): TemplateMap<EmailTemplateName, EmailTemplateSource> {
  const { report } = context;
  const result: TemplateMap<EmailTemplateName, EmailTemplateSource> = new Map();
  for (const [name, given] of Object.entries(set)) {
    const at = [...path, name];
    if (given === undefined) continue;
    if (!isEmailTemplate(name)) {
      report.addRule(formatPath(at), unknownOptionMessage(path, name, Object.keys(emailTemplateVariables)));
    } else if (!isOptionsObject(given)) {
      report.addRule(formatPath(at), 'must be an object with subject, html, htmlPath, text or textPath');
    } else {
      result.set(name, emailSource(name, given, at, isComplete, context));
    }
  }
  return result;
}

function emailSource(
  name: EmailTemplateName,
  given: object,
  at: string[],
  isComplete: boolean,
  { report }: SectionContext,
): EmailTemplateSource {
  const source: EmailTemplateSource = {};
  const known = new Set<string>([
    ...commonVariables,
    ...emailCommonVariables,
    ...emailTemplateVariables[name],
  ]);
  for (const [key, value] of Object.entries(given)) {
    const keyPath = formatPath([...at, key]);
    if (value === undefined) continue;
    if (!KNOWN.includes(key)) {
      report.addRule(keyPath, unknownOptionMessage(at, key, KNOWN));
      continue;
    }
    const part = partOf(key);
    if (source[part] !== undefined) {
      report.addRule(keyPath, `stands beside ${part}; give the text or the file`);
      continue;
    }
    const text = typeof value === 'string' ? textOf(key, value) : undefined;
    const problem = text === undefined ? defect(key, value) : problemOf(part, text, known);
    if (problem !== undefined) report.addRule(keyPath, problem);
    else source[part] = text;
  }
  const missing = PARTS.filter((part) => source[part] === undefined);
  if (isComplete && missing.length > 0 && !report.isTouched(formatPath(at))) {
    report.addRule(
      formatPath(at),
      `has no ${missing.join(' and no ')}; an e-mail in another language is complete`,
    );
  }
  return source;
}

function smsSet(
  set: object,
  path: string[],
  { report }: SectionContext,
): TemplateMap<SmsTemplateName, string> {
  const result: TemplateMap<SmsTemplateName, string> = new Map();
  for (const [name, given] of Object.entries(set)) {
    const at = formatPath([...path, name]);
    if (given === undefined) continue;
    if (!isSmsTemplate(name)) {
      report.addRule(at, unknownOptionMessage(path, name, Object.keys(smsTemplateVariables)));
    } else if (typeof given !== 'string' || given === '' || given.length > 1000) {
      report.addRule(at, 'must be a text of at most 1000 characters');
    } else {
      const known = new Set<string>([...commonVariables, ...smsTemplateVariables[name]]);
      const problem = problemOf('text', given, known);
      if (problem !== undefined) report.addRule(at, problem);
      else result.set(name, given);
    }
  }
  return result;
}

function problemOf(part: Part, text: string, known: ReadonlySet<string>): string | undefined {
  // A subject is not known before it is rendered.
  const variables = part === 'subject' ? new Set([...known].filter((name) => name !== 'subject')) : known;
  const problem = templateProblem(text, part === 'html' ? 'html' : 'text', variables);
  if (problem !== undefined) return problem;
  // A message without its code would be sent in vain.
  return part !== 'subject' && known.has('code') && !/\{\{\s*(?:code|link)\s*\}\}/.test(text)
    ? 'shows neither {{code}} nor {{link}}'
    : undefined;
}

function partOf(key: string): Part {
  if (key === 'htmlPath' || key === 'textPath') return FILES[key];
  return PARTS.find((part) => part === key) ?? 'text';
}

function textOf(key: string, value: string): string | undefined {
  if (value === '') return undefined;
  if (!(key in FILES)) return value.length <= LONGEST_TEMPLATE ? value : undefined;
  try {
    const text = readFileSync(value, 'utf8');
    return text !== '' && text.length <= LONGEST_TEMPLATE ? text : undefined;
  } catch {
    return undefined;
  }
}

function defect(key: string, value: unknown): string {
  if (typeof value !== 'string') return 'must be a text';
  return key in FILES
    ? `cannot be read, is empty or is longer than ${LONGEST_TEMPLATE} characters`
    : `is empty or longer than ${LONGEST_TEMPLATE} characters`;
}
