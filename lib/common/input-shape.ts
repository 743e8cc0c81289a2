/** Why a body was refused before validation. */
export type InputDefect = 'not-an-object' | 'too-deep' | 'too-many-keys' | 'forbidden-key';

export interface InputLimits {
  maxDepth: number;
  maxKeys: number;
}

export const defaultInputLimits: InputLimits = { maxDepth: 32, maxKeys: 1000 };

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Looks at a parsed body without recursion, before validators that do recurse see it (R133, R139). Returns the first
 * defect, or undefined for a body that is safe to hand on.
 */
export function inputDefect(
  input: unknown,
  limits: InputLimits = defaultInputLimits,
): InputDefect | undefined {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return 'not-an-object';
  let level: object[] = [input];
  let keys = 0;
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > limits.maxDepth) return 'too-deep';
    const next: object[] = [];
    for (const node of level) {
      for (const key of Object.keys(node)) {
        keys += 1;
        if (keys > limits.maxKeys) return 'too-many-keys';
        if (FORBIDDEN_KEYS.has(key)) return 'forbidden-key';
        const value: unknown = Reflect.get(node, key);
        if (typeof value === 'object' && value !== null) next.push(value);
      }
    }
    level = next;
  }
  return undefined;
}

/** True for a value whose objects and arrays nest deeper than `maxDepth`. Works without recursion. */
export function isNestedDeeperThan(value: unknown, maxDepth: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= maxDepth; depth += 1) {
    const next: unknown[] = [];
    for (const node of level) {
      if (typeof node === 'object' && node !== null && !ArrayBuffer.isView(node))
        next.push(...Object.values(node));
    }
    if (next.length === 0) return false;
    level = next;
  }
  return level.some((node) => typeof node === 'object' && node !== null);
}
