import type { EmailTemplateName, SmsTemplateName } from '../templates/template-variables';

/** What a template may show: text, numbers and flags, never objects. */
export type TemplateValue = string | number | boolean | null | undefined;

/** An e-mail for one recipient, ready to be handed over. */
export interface EmailMessage {
  /** The same for every attempt: an idempotency key for services that take one. */
  readonly id: string;
  /** One canonical address. */
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly template: EmailTemplateName;
  /** What the texts were made of, for services with templates of their own. Holds codes: not for logs. */
  readonly variables: Readonly<Record<string, TemplateValue>>;
}

/** A text message for one recipient, ready to be handed over. */
export interface SmsMessage {
  /** The same for every attempt: an idempotency key for services that take one. */
  readonly id: string;
  /** E.164. */
  readonly to: string;
  readonly text: string;
  readonly template: SmsTemplateName;
  /** What the text was made of. Holds codes: not for logs. */
  readonly variables: Readonly<Record<string, TemplateValue>>;
}
