import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Pre = 'none' | 'userA' | 'loggedInA' | 'loggedInA-cookie' | 'challengeA';

export type BodyGenerator =
  | { kind: 'repeat'; prefix: string; unit: string; count: number; suffix: string }
  | {
      kind: 'nest';
      prefix: string;
      open: string;
      depth: number;
      inner: string;
      close: string;
      suffix: string;
    }
  | { kind: 'keys'; prefix: string; count: number; suffix: string }
  | { kind: 'base64'; data: string }
  | { kind: 'gzip-repeat'; unit: string; count: number };

export interface Expectation {
  status: number[];
  /** Regular expressions, without regard to case: on the error code, and on a body that must not match. */
  codePattern?: string;
  notMatch?: string;
  /** Header name to an expression that must not match. */
  notMatchHeaders?: Record<string, string>;
  /** A closed socket is an answer too. */
  allowNoResponse?: boolean;
  /** With `repeat`: the last reply is one of these. */
  lastStatus?: number[];
  /** A check of state, in words. */
  after?: string;
}

/** One hostile request. Exactly one of the four kinds of body, or none. */
export interface HostileCase {
  id: string;
  area: string;
  title: string;
  method: string;
  pathHint: string;
  headers: Record<string, string>;
  body?: unknown;
  bodyRaw?: string;
  bodyGen?: BodyGenerator;
  /** The whole request. */
  raw?: string;
  pre: Pre;
  repeat?: number;
  parallel?: number;
  optional?: boolean;
  /** Fields of the body that are sent as they stand. */
  noTemplate?: string[];
  maxMs: number;
  expect: Expectation;
  req: string[];
  note?: string;
}

export const hostileCases = JSON.parse(
  readFileSync(join(__dirname, 'hostile-inputs.json'), 'utf8'),
) as HostileCase[];

/** Paths in the file are those of an earlier draft of the samples. */
const RENAMED: Record<string, string> = { '/auth/confirm-forgot-password': '/auth/forgot-password/confirm' };

export function pathOf({ pathHint }: HostileCase): string {
  const [path = '', ...query] = pathHint.split(/(?=\?)/);
  return (RENAMED[path] ?? path) + query.join('');
}

const LACKING = ['/auth/social/'];

/** True for a route that later versions add: until then it is one of the paths that nobody serves. */
export function lacksRoute(hostile: HostileCase): boolean {
  return LACKING.some((path) => pathOf(hostile).startsWith(path));
}

/** The body names an account, which the file calls `email` and this toolkit `identifier`. */
export function namesAccount(hostile: HostileCase): boolean {
  const path = pathOf(hostile);
  return hostile.method === 'POST' && (path === '/auth/login' || path.startsWith('/auth/forgot-password'));
}

/** The answer to a challenge, which is then one that waits for an answer. */
export function isAboutChallenge({ area }: HostileCase): boolean {
  return area === 'challenge';
}
