import { domainToASCII } from 'node:url';
import { isCleanText } from './text';

const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_INPUT = 320;

/**
 * The one form in which an e-mail address is stored and compared (R140): NFKC, lower case, the domain as A-labels.
 * Plus tags and dots stay. Undefined for anything that is not exactly one plain mailbox of at most 254 characters:
 * quoted or non-ASCII local parts, lists, address literals, domains of one label.
 */
export function canonicalEmail(input: unknown): string | undefined {
  if (typeof input !== 'string' || input.length > MAX_INPUT || !isCleanText(input)) return undefined;
  const address = input.normalize('NFKC').trim().toLowerCase();
  const parts = address.split('@');
  const [local, domain] = parts;
  if (parts.length !== 2 || !local || !domain) return undefined;
  if (local.length > 64 || !LOCAL_PART.test(local)) return undefined;
  const ascii = canonicalDomain(domain);
  if (!ascii || local.length + 1 + ascii.length > 254) return undefined;
  return `${local}@${ascii}`;
}

function canonicalDomain(domain: string): string | undefined {
  // domainToASCII parses as a URL host does: refuse what only a host may contain before it gets there.
  if (/[\s:/?#[\]\\%|^<>,;"']/u.test(domain)) return undefined;
  const ascii = domainToASCII(domain);
  const labels = ascii.split('.');
  if (ascii.length > 253 || labels.length < 2 || !labels.every((label) => LABEL.test(label)))
    return undefined;
  const top = labels[labels.length - 1] ?? '';
  return /^[0-9]+$/.test(top) || /^0x/.test(top) ? undefined : ascii;
}
