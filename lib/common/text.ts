// Control characters (C0, DEL, C1), line and paragraph separators, bidirectional overrides, BOM.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u;
// Code points that Unicode reserves for internal use, in every plane.
const NONCHARACTER = /\p{Noncharacter_Code_Point}/u;

/** True for text that can be stored, logged and shown as one line: well-formed, no control characters (R128, R136). */
export function isCleanText(value: string): boolean {
  return value.isWellFormed() && !UNSAFE.test(value) && !NONCHARACTER.test(value);
}

/** One safe line of at most `max` UTF-16 units out of any text, for log and audit columns (R129). */
export function toCleanText(value: string, max: number): string {
  const wide = value.slice(0, max).toWellFormed();
  return wide.replace(new RegExp(UNSAFE, 'gu'), '\ufffd').replace(new RegExp(NONCHARACTER, 'gu'), '\ufffd');
}
