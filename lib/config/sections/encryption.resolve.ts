import { deriveKey } from '../../common';
import type { ResolvedConfig } from '../resolved-config';
import { checkSecret } from '../secret-rules';
import type { SectionContext } from '../section-context';
import type { EncryptionDraft } from './encryption.schema';

type ResolvedEncryption = ResolvedConfig['encryption'];

/** Id of the key that is derived from the refresh secret outside production. */
export const DERIVED_KEY_ID = 'derived';
const KEYS_PATH = 'encryption.keys';

/** Every key as 32 bytes, whatever the length of its secret. Undefined when a problem stands in the report. */
export function resolveEncryption(
  options: EncryptionDraft | undefined,
  refreshSecret: string | undefined,
  context: SectionContext,
): ResolvedEncryption | undefined {
  const { report, production } = context;
  if (report.isTouched(KEYS_PATH)) return undefined;
  if (options) return resolveKeys(options, context);
  if (production) {
    const how = "name a secret of its own: { k1: '<openssl rand -base64 32>' }";
    report.addRule(KEYS_PATH, `is missing; production does not derive it from another secret, ${how}`);
    return undefined;
  }
  if (refreshSecret === undefined) return undefined;
  const key = deriveKey(refreshSecret, 'nauth encryption key');
  return { current: DERIVED_KEY_ID, keys: new Map([[DERIVED_KEY_ID, key]]) };
}

function resolveKeys(options: EncryptionDraft, context: SectionContext): ResolvedEncryption | undefined {
  const { report } = context;
  const entries = Object.entries(options.keys ?? {});
  for (const [id, secret] of entries) checkKey(id, secret, context);
  const first = entries[0]?.[0];
  if (first === undefined) {
    report.addRule(KEYS_PATH, "has no key; give at least one: { k1: '<openssl rand -base64 32>' }");
    return undefined;
  }
  // Objects list ids that are whole numbers first and in ascending order, however they were written.
  if (options.current === undefined && entries.length > 1 && entries.some(([id]) => /^\d+$/.test(id))) {
    report.addRule(
      'encryption.current',
      'is missing; ids that are numbers have no first one, name the current key',
    );
  }
  const current = options.current ?? first;
  if (!entries.some(([id]) => id === current)) {
    report.addRule('encryption.current', 'names no key of encryption.keys; use the id of one of them');
  }
  return {
    current,
    keys: new Map(entries.map(([id, secret]) => [id, deriveKey(secret, 'nauth encryption key')])),
  };
}

function checkKey(id: string, secret: string, context: SectionContext): void {
  const path = `${KEYS_PATH}.${/^[A-Za-z0-9_-]{1,64}$/.test(id) ? id : '<id>'}`;
  if (path.endsWith('<id>')) {
    context.report.addRule(path, "a key id has 1 to 64 letters, digits, '_' or '-'; rename it");
  }
  if (id === DERIVED_KEY_ID) {
    context.report.addRule(path, 'this id is kept for the key that is derived in development; rename it');
  }
  checkSecret(path, secret, context.report);
}
