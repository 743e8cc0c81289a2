import { field, isOptionsObject, section, text } from '../fields';

export interface EncryptionDraft {
  keys?: Record<string, string>;
  current?: string;
}

export const encryptionSchema = section<EncryptionDraft>({
  keys: field<Record<string, string>>(
    'an object of secrets by key id, each a text',
    (value) => isOptionsObject(value) && Object.values(value).every((secret) => typeof secret === 'string'),
  ),
  current: text('a key id', /./, 256),
});
