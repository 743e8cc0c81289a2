import type { CookieOptions } from '../../context/delivery.options';
import { flag, oneOf, section, text } from '../fields';

export const cookiePath = () =>
  text(
    "a cookie path: it starts with '/' and has no space, ';' or query",
    /^\/[\x21-\x3a\x3c-\x3e\x40-\x7e]*$/,
    200,
  );

export const cookieOptionsSchema = section<CookieOptions>({
  secure: flag(),
  sameSite: oneOf(['strict', 'lax', 'none']),
  domain: text(
    "a host name without scheme, port or wildcard, such as 'example.com'",
    /^\.?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i,
    253,
  ),
  path: cookiePath(),
});
