import { toCleanText } from '../common';
import type { AuditDetail, AuditDetails } from '../contracts';
import { canonicalJson } from './canonical-json';

const MAX_DEPTH = 4;
const MAX_ENTRIES = 20;
const MAX_TEXT = 255;
const MAX_NAME = 64;
const MAX_JSON = 4000;

/**
 * Details as every engine stores and returns them: plain JSON of bounded size, its texts cut and cleaned, so that an
 * event cannot fail on them (R128, R129). What is no JSON becomes null.
 */
export function cleanDetails(details: AuditDetails): AuditDetails {
  const cleaned = cleanObject(details, 1);
  return canonicalJson(cleaned).length <= MAX_JSON ? cleaned : { truncated: true };
}

function cleanObject(value: object, depth: number): AuditDetails {
  const entries = Object.entries(value).slice(0, MAX_ENTRIES);
  return Object.fromEntries(
    entries
      .filter(([, entry]: [string, unknown]) => entry !== undefined)
      .map(([name, entry]: [string, unknown]) => [toCleanText(name, MAX_NAME), clean(entry, depth + 1)]),
  );
}

function clean(value: unknown, depth: number): AuditDetail {
  if (typeof value === 'string') return toCleanText(value, MAX_TEXT);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((entry) => clean(entry, depth + 1));
  return cleanObject(value, depth);
}
