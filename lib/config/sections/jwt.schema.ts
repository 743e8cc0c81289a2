import { z } from 'zod';
import type { JwtOptions } from '../../tokens/jwt.options';
import { duration, field, flag, oneOf, secretText, section, text, textList, wholeNumber } from '../fields';

/** As JwtOptions, but what is missing is left to the rules, so that it is reported together with everything else. */
export type JwtDraft = Omit<JwtOptions, 'accessToken' | 'refreshToken'> & {
  accessToken?: JwtOptions['accessToken'];
  refreshToken?: Partial<JwtOptions['refreshToken']>;
};

export const jwtSchema = section<JwtDraft>({
  algorithm: oneOf(['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'ES256', 'ES384']),
  issuer: text(),
  audience: field<string | string[]>('a text or a list of texts, not empty', isAudience),
  accessToken: section<JwtOptions['accessToken']>({
    secret: secretText(),
    privateKey: secretText(),
    publicKey: secretText(),
    kid: text('a key id of at most 128 characters on one line', /./, 128),
    expiresIn: duration(),
  }),
  keys: keysById(
    section<NonNullable<JwtOptions['keys']>[string]>({ secret: secretText(), publicKey: secretText() }),
  ),
  refreshToken: section<Partial<JwtOptions['refreshToken']>>({
    secret: secretText(),
    previousSecrets: textList('a list of secrets, each as text'),
    expiresIn: duration(),
    reuseDetection: flag(),
    graceSeconds: wholeNumber(0, 60, ' seconds'),
  }),
});

function isAudience(value: unknown): boolean {
  const accepts = (entry: unknown): boolean => text().safeParse(entry).data !== undefined;
  return Array.isArray(value) ? value.length > 0 && value.every(accepts) : accepts(value);
}

/** A record in which `undefined` is no entry. */
function keysById<T>(entry: z.ZodType<T | undefined>): z.ZodType<Record<string, T> | undefined> {
  return z.record(z.string(), entry, { error: 'must be an object of keys by id' }).optional() as z.ZodType<
    Record<string, T> | undefined
  >;
}
