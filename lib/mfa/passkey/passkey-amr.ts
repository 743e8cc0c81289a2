import type { Passkey } from './passkey';

/**
 * What a passkey proves, in the words of RFC 8176: a key in hardware, or one that may be copied to other devices, and that
 * somebody was there. That it asked for finger, face or PIN makes two factors of it where it stands alone: PasskeyLogin
 * adds that.
 */
export function passkeyAmr({ backupEligible }: Pick<Passkey, 'backupEligible'>): readonly string[] {
  return [backupEligible ? 'swk' : 'hwk', 'user'];
}
