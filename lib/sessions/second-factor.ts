/** Says in `amr` that more than one factor was shown (RFC 8176). A first factor that is two by itself brings it along. */
export const SECOND_FACTOR = 'mfa';

export function hasSecondFactor(amr: readonly string[]): boolean {
  return amr.includes(SECOND_FACTOR);
}
