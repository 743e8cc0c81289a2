import { toCleanText } from '../../common';
import type { TemplateValue } from '../ports/message';

const LONGEST_VALUE = 500;
const LONGEST_NAME = 100;
// What mail programs make a link of although nobody wrote one.
const LINK_LIKE =
  /:\/\/|\bwww\.|[a-z0-9-]\.(?:[a-z]{2}|com|net|org|info|biz|xyz|top|site|online|shop|app|link|click|dev|live|store|icu|vip|club)\b/i;

/**
 * Variables as templates get them: own entries only, text as one line without control characters and of bounded
 * length, and nothing but text, numbers and flags (R144).
 */
export function cleanVariables(given: object): Record<string, TemplateValue> {
  const clean: Record<string, TemplateValue> = Object.create(null);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'string') clean[name] = toCleanText(value, LONGEST_VALUE);
    else if (typeof value === 'number' || typeof value === 'boolean') clean[name] = value;
  }
  return clean;
}

/**
 * The name that a message greets somebody with. Whoever signs up with a foreign address chooses the name in the mail to
 * it, so one that a mail program would show as a link is left out.
 */
export function greetingName(name: string | null | undefined): string | undefined {
  if (!name || name.length > LONGEST_NAME || LINK_LIKE.test(name)) return undefined;
  return name;
}
