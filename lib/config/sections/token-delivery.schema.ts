import type { TokenDeliveryOptions } from '../../context/delivery.options';
import { duration, oneOf, section, text, textList } from '../fields';
import { TOKEN_CHARACTERS } from './cookie-options.resolve';
import { cookieOptionsSchema, cookiePath } from './cookie-options.schema';

const origins = () => textList('a list of origins, each as text');

export const tokenDeliverySchema = section<TokenDeliveryOptions>({
  method: oneOf(['json', 'cookies', 'hybrid']),
  cookieNamePrefix: text(
    "at most 64 letters, digits or !#$%&'*+.^_`|~- (characters of a cookie name)",
    TOKEN_CHARACTERS,
    64,
  ),
  cookieOptions: cookieOptionsSchema,
  refreshCookiePath: cookiePath(),
  hybridPolicy: section<NonNullable<TokenDeliveryOptions['hybridPolicy']>>({
    webOrigins: origins(),
    nativeOrigins: origins(),
    cookieRefreshExpiresIn: duration(),
    jsonRefreshExpiresIn: duration(),
  }),
});
