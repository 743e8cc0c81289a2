import { Inject, Injectable } from '@nestjs/common';
import { toCleanText } from '../../common';
import { NOTIFICATION_OPTIONS, type ResolvedNotificationOptions } from '../notification.options';
import type { TemplatesByLanguage } from '../notification.options';
import type { TemplateValue } from '../ports/message';
import { cleanVariables, greetingName } from './clean-variables';
import { defaultEmailTemplate } from './default-email-templates';
import { defaultSmsTemplates } from './default-sms-templates';
import { formatMoment } from './format-moment';
import {
  compileTemplate,
  type RenderOptions,
  type RenderTemplate,
  type TemplateSink,
} from './template-engine';
import type { EmailTemplateName, SmsTemplateName } from './template-variables';

const LONGEST_SUBJECT = 150;
const DEFAULT_LANGUAGE = 'en';

/** What a message is made of besides its template. Times are milliseconds since the Unix epoch. */
export interface RenderInput {
  to: string;
  variables: object;
  userName: string | null;
  locale: string | null;
  timezone: string | null;
  /** When that happened which the message is about. */
  occurredAt: number;
  expiresAt: number;
  now: number;
}

export interface RenderedText {
  text: string;
  variables: Readonly<Record<string, TemplateValue>>;
}

export interface RenderedEmail extends RenderedText {
  subject: string;
  html: string;
}

/** Writes messages: with the application's template in the reader's language, or the one that comes with the toolkit. */
@Injectable()
export class TemplateRenderer {
  private readonly compiled = new Map<string, RenderTemplate>();

  constructor(@Inject(NOTIFICATION_OPTIONS) private readonly options: ResolvedNotificationOptions) {}

  email(name: EmailTemplateName, input: RenderInput): RenderedEmail {
    const { emailTemplates } = this.options;
    const language = languageFor(input.locale, name, emailTemplates);
    const own = emailTemplates.get(language)?.get(name);
    const source = { ...defaultEmailTemplate(name), ...own };
    const options = renderOptions(input, language);
    const variables = this.variables(input, options);
    variables['userEmail'] = input.to;
    const key = `email ${language} ${name}`;
    const subject = oneLine(this.compile(`${key} subject`, source.subject, 'text')(variables, options));
    variables['subject'] = subject;
    return {
      subject,
      html: this.compile(`${key} html`, source.html, 'html')(variables, options),
      text: tidy(this.compile(`${key} text`, source.text, 'text')(variables, options)),
      variables,
    };
  }

  sms(name: SmsTemplateName, input: RenderInput): RenderedText {
    const { smsTemplates } = this.options;
    const language = languageFor(input.locale, name, smsTemplates);
    const source = smsTemplates.get(language)?.get(name) ?? defaultSmsTemplates[name];
    const options = renderOptions(input, language);
    const variables = this.variables(input, options);
    return {
      text: tidy(this.compile(`sms ${language} ${name}`, source, 'text')(variables, options)),
      variables,
    };
  }

  private variables(input: RenderInput, options: RenderOptions): Record<string, TemplateValue> {
    const common = {
      ...this.options.globalVariables,
      currentYear: new Date(input.now).getUTCFullYear(),
      userName: greetingName(input.userName),
      timestamp: input.occurredAt,
      timestampFormatted: formatMoment(input.occurredAt, options),
      expiryMinutes: Math.max(1, Math.ceil((input.expiresAt - input.now) / 60_000)),
    };
    return cleanVariables({ ...input.variables, ...common });
  }

  private compile(key: string, source: string, sink: TemplateSink): RenderTemplate {
    const known = this.compiled.get(key);
    if (known) return known;
    const render = compileTemplate(source, sink);
    this.compiled.set(key, render);
    return render;
  }
}

/** The language of a template: the reader's own, the same without its region, or the default one. */
function languageFor<Name>(
  locale: string | null,
  name: Name,
  templates: TemplatesByLanguage<Name, unknown>,
): string {
  const wanted = (locale ?? '').replaceAll('_', '-').toLowerCase();
  const general = wanted.split('-', 1)[0] ?? '';
  return [wanted, general].find((language) => templates.get(language)?.has(name)) ?? DEFAULT_LANGUAGE;
}

/** Dates are written as the reader does, as long as the text around them is in that language. */
function renderOptions({ locale, timezone }: RenderInput, language: string): RenderOptions {
  const own = (locale ?? '').replaceAll('_', '-');
  const fits = own.toLowerCase().split('-', 1)[0] === language.split('-', 1)[0];
  return { locale: fits ? own : language, timezone: timezone ?? 'UTC' };
}

function oneLine(text: string): string {
  return toCleanText(text.replace(/\s+/g, ' ').trim(), LONGEST_SUBJECT);
}

/** Conditions that do not hold leave empty lines behind. */
function tidy(text: string): string {
  return `${text
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}`;
}
