import { Inject, Injectable } from '@nestjs/common';
import { canonicalEmail, maskEmail } from '../../common';
import { AddressMethod } from '../codes/address-method';
import { AddressMethodParts } from '../codes/address-method-parts';

/** Codes by e-mail. RFC 8176 has no reference for them but that of one-time codes. */
@Injectable()
export class EmailMethod extends AddressMethod {
  constructor(@Inject(AddressMethodParts) parts: AddressMethodParts) {
    super(parts, {
      name: 'email',
      label: 'e-mail',
      amr: 'otp',
      hintName: 'maskedEmail',
      // Servers of this design call it `email`, clients `emailAddress`.
      fields: ['email', 'emailAddress'],
      invalid: 'VALIDATION_INVALID_EMAIL',
      canonical: canonicalEmail,
      ownOf: ({ email }) => email,
      mask: maskEmail,
      isConfigured: ({ emailProvider }) => emailProvider !== undefined,
    });
  }
}
