import { setTimeout as sleep } from 'node:timers/promises';
import type { Surgery } from './break-on-purpose';

type Get = (key: string) => Promise<string | null>;
type Delete = (key: string) => Promise<void>;
type Insert = (passkey: { credentialId: string }) => Promise<boolean>;

/** The mistake: a challenge is read, and removed in a second step. */
export function challengeByReadingFirst({ part }: Surgery): void {
  const store = part('nauth.transientStore');
  const get: Get = Reflect.get(store, 'get');
  const remove: Delete = Reflect.get(store, 'delete');
  Reflect.set(store, 'take', async (key: string) => {
    const value = await get.call(store, key);
    await sleep(10);
    await remove.call(store, key);
    return value;
  });
}

/** The mistake: whether a credential is known is looked up first, with no index that holds it. */
export async function passkeyAfterLooking({ part, dataSource }: Surgery): Promise<void> {
  const on = dataSource.options.type === 'postgres' ? '' : ' ON nauth_passkeys';
  await dataSource.query(`DROP INDEX nauth_passkeys_credential_digest_uq${on}`);
  const passkeys = part('nauth.passkeyRepository');
  const insert: Insert = Reflect.get(passkeys, 'insert');
  Reflect.set(passkeys, 'insert', async (passkey: { credentialId: string }) => {
    const known = await dataSource
      .createQueryBuilder()
      .select('p.device_id')
      .from('nauth_passkeys', 'p')
      .where('p.credential_id = :id', { id: passkey.credentialId })
      .getRawMany();
    if (known.length > 0) return false;
    // Until everybody who has a connection has looked.
    await sleep(500);
    return insert.call(passkeys, passkey);
  });
}
