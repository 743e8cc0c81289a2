import { Inject, Injectable } from '@nestjs/common';
import { canonicalPhone, maskPhone } from '../../common';
import { AddressMethod } from '../codes/address-method';
import { AddressMethodParts } from '../codes/address-method-parts';

/** Codes by text message. */
@Injectable()
export class SmsMethod extends AddressMethod {
  constructor(@Inject(AddressMethodParts) parts: AddressMethodParts) {
    super(parts, {
      name: 'sms',
      label: 'text message',
      amr: 'sms',
      hintName: 'maskedPhone',
      fields: ['phone', 'phoneNumber'],
      invalid: 'VALIDATION_INVALID_PHONE',
      canonical: canonicalPhone,
      ownOf: ({ phone }) => phone,
      mask: maskPhone,
      isConfigured: ({ smsProvider }) => smsProvider !== undefined,
    });
  }
}
