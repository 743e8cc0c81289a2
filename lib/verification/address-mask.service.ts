import { Inject, Injectable } from '@nestjs/common';
import { maskEmail, maskPhone } from '../common';
import { SECURITY_OPTIONS, type ResolvedSecurityOptions } from '../context';
import type { Channel } from '../notifications';

/** How addresses are shown to whoever has proved a password only (R090, `security.maskSensitiveData`). */
@Injectable()
export class AddressMask {
  constructor(@Inject(SECURITY_OPTIONS) private readonly options: ResolvedSecurityOptions) {}

  hint(channel: Channel, address: string): string {
    if (!this.options.maskSensitiveData) return address;
    return channel === 'email' ? maskEmail(address) : maskPhone(address);
  }
}
