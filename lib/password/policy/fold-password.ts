/** The form in which passwords are compared with words: compatibility forms and case do not matter. */
export function foldPassword(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
