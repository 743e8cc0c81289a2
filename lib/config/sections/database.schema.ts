import type { DatabaseOptions } from '../nauth-config';
import { field, flag, isOptionsObject, oneOf, secretText, section, text, wholeNumber } from '../fields';
import type { z } from 'zod';

/** A database by its address. Everything may be missing here; the rules say what must not. */
export const databaseAddressSchema: z.ZodType<Partial<DatabaseOptions> | undefined> = section<
  Partial<DatabaseOptions>
>({
  type: oneOf(['sqlite', 'postgres', 'mysql', 'mariadb']),
  url: secretText(),
  poolSize: wholeNumber(1, 10_000),
  schema: text('the name of a schema: letters, digits and _', /^[A-Za-z_][A-Za-z0-9_]*$/, 63),
  ssl: field<boolean | Record<string, unknown>>(
    'true, false or an object of TLS options',
    (value) => flag().safeParse(value).success || isOptionsObject(value),
  ),
});
