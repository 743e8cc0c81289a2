import { randomBytes } from 'node:crypto';
import { hotp } from 'speakeasy';
import { constantTimeEqual } from '../../common';
import type { TotpOptions } from '../mfa.options';
import { toBase32 } from './base32';

/** 160 bits: the length of RFC 4226, section 4, and what every app takes (R091). */
const SEED_BYTES = 20;

/**
 * Codes by time (RFC 6238). speakeasy computes them. Seeds, the address of a seed, the form of what is typed and the
 * comparison are our own: its seeds are of a biased alphabet, its addresses are not encoded, and it takes lists, numbers and
 * `012345x` for codes.
 */
export class TotpCodes {
  private readonly form: RegExp;

  constructor(private readonly options: Readonly<Required<TotpOptions>>) {
    this.form = new RegExp(`^[0-9]{${options.digits}}$`);
  }

  newSeed(): Buffer {
    return randomBytes(SEED_BYTES);
  }

  /** The code of a step. */
  codeOf(seed: Buffer, step: number): string {
    const { digits, algorithm } = this.options;
    return hotp({ secret: seed.toString('hex'), encoding: 'hex', counter: step, digits, algorithm });
  }

  /** The step of a moment, in milliseconds. */
  stepAt(now: number): number {
    return Math.floor(now / (this.options.stepSeconds * 1000));
  }

  /** The step round now that the code belongs to, the latest if there are two; undefined for a wrong or malformed one. */
  stepOf(seed: Buffer, code: unknown, now: number): number | undefined {
    if (typeof code !== 'string' || !this.form.test(code)) return undefined;
    const { window } = this.options;
    let found: number | undefined;
    for (let step = this.stepAt(now) - window; step <= this.stepAt(now) + window; step += 1) {
      // Every step is looked at, so that the time does not tell which one it was.
      if (constantTimeEqual(this.codeOf(seed, step), code)) found = step;
    }
    return found;
  }

  /** What a QR code holds; label and issuer are encoded (R091). */
  address(seed: Buffer, issuer: string, account: string): string {
    const { digits, stepSeconds, algorithm } = this.options;
    const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
    const parameters = [
      `secret=${toBase32(seed)}`,
      `issuer=${encodeURIComponent(issuer)}`,
      `algorithm=${algorithm.toUpperCase()}`,
      `digits=${digits}`,
      `period=${stepSeconds}`,
    ];
    return `otpauth://totp/${label}?${parameters.join('&')}`;
  }
}
