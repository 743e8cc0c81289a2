import { foldPassword } from './fold-password';
import type { PasswordOwner } from './password-owner';

/** Shorter terms are part of too many words. */
const TERM_LENGTH = 4;
/** A term of this length counts only where nothing but padding stands beside it. */
const SHORT_TERM_LENGTH = 3;
/** What has to be left without the terms: the shortest password that any policy may allow. */
const REST_LENGTH = 8;
const SEPARATORS = /[._+-]/g;

/**
 * Whether a password, folded, is little more than a name of its owner or a context word: without those it is shorter
 * than any password may be, or nothing but padding. Names within a longer password are fine (R003).
 */
export function isMadeOfUserInfo(
  folded: string,
  owner: PasswordOwner,
  contextWords: readonly string[],
): boolean {
  const terms = termsOf(owner, contextWords);
  // A name may have its separators in the password, or lack them.
  return [folded, folded.replace(SEPARATORS, '')].some((text) => isMadeOf(text, terms));
}

function isMadeOf(text: string, terms: readonly string[]): boolean {
  const rest = without(text, terms, TERM_LENGTH);
  if (rest !== text && Array.from(rest).length < REST_LENGTH) return true;
  const restOfAll = without(rest, terms, SHORT_TERM_LENGTH);
  return restOfAll !== text && isPadding(restOfAll);
}

function without(text: string, terms: readonly string[], minLength: number): string {
  return terms
    .filter((term) => Array.from(term).length >= minLength)
    .reduce((rest, term) => rest.replaceAll(term, ''), text);
}

/** No letters at all, or no more than three different characters. */
function isPadding(text: string): boolean {
  return !/\p{L}/u.test(text) || new Set(text).size <= 3;
}

/** The longest first: a short one may be part of it. */
function termsOf(owner: PasswordOwner, contextWords: readonly string[]): string[] {
  const localPart = owner.email.slice(0, owner.email.lastIndexOf('@'));
  const [mailbox = ''] = localPart.split('+');
  const names = [localPart, mailbox, owner.username, owner.firstName, owner.lastName, ...contextWords];
  const terms = names.flatMap((name) => {
    const term = foldPassword(name ?? '');
    return [term, term.replace(SEPARATORS, ''), ...term.split(/\s+/)];
  });
  return [...new Set(terms)].sort((a, b) => b.length - a.length);
}
