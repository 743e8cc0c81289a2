import type { SecurityOptions } from '../../context/delivery.options';
import { field, flag, section, text, textList } from '../fields';
import { cookieOptionsSchema } from './cookie-options.schema';

const token = (what: string) =>
  text(`${what}: letters, digits and !#$%&'*+.^_\`|~-`, /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 128);

export const securitySchema = section<SecurityOptions>({
  maskSensitiveData: flag(),
  trustedProxies: field<number | string[]>(
    'the number of proxies in front of the application, or a list of their addresses and CIDR ranges; ' +
      'true and * would let every client choose its own address',
    (value) => typeof value === 'number' || (Array.isArray(value) && value.length <= 1000),
  ),
  csrf: section<NonNullable<SecurityOptions['csrf']>>({
    cookieName: token('a cookie name'),
    headerName: token('a header name'),
    allowedOrigins: textList('a list of origins, each as text'),
    excludedPaths: textList('a list of paths, each as text'),
    cookieOptions: cookieOptionsSchema,
  }),
});
