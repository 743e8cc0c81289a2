import { createRequire } from 'node:module';

/** Rows and sequences of a keyboard, and what one gets by reading them backwards. */
const RUNS = [
  'abcdefghijklmnopqrstuvwxyz',
  '0123456789'.repeat(4),
  '1234567890-=',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
].flatMap((run) => [run, Array.from(run).reverse().join('')]);
/** Longer repetitions are no rarer as such, but nobody tries them: there are too many lengths. */
const LONGEST_REPETITION = 12;
const REPETITION = /^([!-~]{1,6})\1+$/;
const DATE =
  /^(?:(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:19|20)\d\d|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))$/;
const WORD_AND_DIGITS = /^(\p{L}{4,})(\d+)$/u;

/**
 * Passwords that many people use: the list of @zxcvbn-ts/language-common (49 000 of them, 17 000 with 8 characters or
 * more), and what that list leaves out because a pattern describes it. Everything is compared whole (R003).
 */
export class CommonPasswords {
  private list: ReadonlySet<string> | undefined;

  /** `text` in the form NFKC and lower case. */
  has(text: string): boolean {
    return (
      this.entries().has(text) ||
      isRun(text) ||
      isRepetition(text) ||
      DATE.test(text) ||
      this.isWordAndDigits(text)
    );
  }

  /** A common password with common digits behind it, such as password1234567. */
  private isWordAndDigits(text: string): boolean {
    const [, word = '', digits = ''] = WORD_AND_DIGITS.exec(text) ?? [];
    return this.entries().has(word) && (this.entries().has(digits) || isRun(digits) || isRepetition(digits));
  }

  /** Loaded with the first new password: it takes 30 ms and a few megabytes. */
  private entries(): ReadonlySet<string> {
    if (!this.list) {
      const { dictionary }: typeof import('@zxcvbn-ts/language-common') = createRequire(__filename)(
        '@zxcvbn-ts/language-common',
      );
      this.list = new Set(dictionary['passwords-common']);
    }
    return this.list;
  }
}

function isRun(text: string): boolean {
  return RUNS.some((run) => run.includes(text));
}

function isRepetition(text: string): boolean {
  return text.length <= LONGEST_REPETITION && REPETITION.test(text);
}
