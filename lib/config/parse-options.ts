import type { z } from 'zod';
import { formatPath, type PathKey } from './config-path';
import { isOptionsObject } from './fields';
import type { ProblemReport } from './problem-report';
import { objectSchemaAt } from './schema-tree';
import { unknownOptionMessage } from './unknown-option';

type Issue = z.core.$ZodIssue;

/**
 * Reports everything in `input` that the schema refuses and returns the rest, so that rules over several options can
 * be checked in the same run. The input is not changed.
 */
export function parseOptions<T>(
  schema: z.ZodType<T | undefined>,
  input: unknown,
  at: readonly PathKey[],
  report: ProblemReport,
): T | undefined {
  const first = schema.safeParse(input);
  if (first.success) return first.data;
  const issues = first.error.issues.flatMap(withinSection);
  for (const issue of issues) addIssue(schema, issue, at, report);
  const rest = issues.reduce(withoutRefused, input);
  return schema.safeParse(rest).data;
}

/** For a section that a word can switch off, the last of its two forms: what is wrong with the section. */
function withinSection(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  return (issue.errors.at(-1) ?? []).flatMap((inner) =>
    withinSection({ ...inner, path: [...issue.path, ...inner.path] }),
  );
}

function addIssue(schema: unknown, issue: Issue, at: readonly PathKey[], report: ProblemReport): void {
  if (issue.code !== 'unrecognized_keys') {
    report.addShape(formatPath([...at, ...issue.path]), issue.message);
    return;
  }
  const known = Object.keys(objectSchemaAt(schema, issue.path)?.shape ?? {});
  const parent = [...at, ...issue.path];
  for (const key of issue.keys) {
    report.addShape(formatPath([...parent, key]), unknownOptionMessage(parent, key, known));
  }
}

function withoutRefused(input: unknown, issue: Issue): unknown {
  if (issue.code !== 'unrecognized_keys') return without(input, issue.path);
  return issue.keys.reduce<unknown>((rest, key) => without(rest, [...issue.path, key]), input);
}

/** A copy in which the value at the path is missing; what is beside the path is shared with the original. */
function without(input: unknown, path: readonly PathKey[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined || !isOptionsObject(input)) return undefined;
  const copy: object = Object.create(Object.getPrototypeOf(input), Object.getOwnPropertyDescriptors(input));
  const value: unknown = rest.length > 0 ? without(Reflect.get(input, key), rest) : undefined;
  Reflect.deleteProperty(copy, key);
  if (value !== undefined) Object.defineProperty(copy, key, { value, enumerable: true, configurable: true });
  return copy;
}
