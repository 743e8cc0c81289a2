import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

const UP = 0x01;
const UV = 0x04;
const BE = 0x08;
const BS = 0x10;
const AT = 0x40;

export const ORIGIN = 'https://app.example.com';
export const RP_ID = 'app.example.com';

/** What an authenticator, or the browser before it, is to do otherwise than a good one does. */
export interface Mischief {
  origin?: string;
  rpId?: string;
  type?: string;
  challenge?: string;
  /** Further fields of the client data. */
  clientData?: object;
  userPresent?: boolean;
  userVerified?: boolean;
  backupEligible?: boolean;
  backedUp?: boolean;
  counter?: number;
  /** Null: leaves the user handle out. */
  userHandle?: string | null;
  format?: string;
  statement?: Map<string, unknown>;
  alg?: number;
  credentialId?: Buffer;
  /** Signs with another key. */
  forged?: boolean;
}

export interface CreationOptions {
  challenge: string;
  rp: { id: string };
  user: { id: string };
  excludeCredentials: { id: string }[];
}

export interface RequestOptions {
  challenge: string;
  allowCredentials?: { id: string }[];
}

/** One passkey in software: a P-256 key that answers as browsers with an authenticator do. */
export class SoftwareAuthenticator {
  readonly credentialId: Buffer;
  counter: number;
  userHandle: string | null = null;
  private readonly keys: { privateKey: KeyObject; publicKey: KeyObject };

  /**
   * @param counts false: an authenticator whose counter stays 0, as those of synced passkeys do
   * @param backupEligible whether the passkey may be copied to other devices
   */
  constructor(
    private readonly counts = true,
    private readonly backupEligible = false,
  ) {
    this.credentialId = randomBytes(32);
    this.counter = 0;
    this.keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  }

  get id(): string {
    return this.credentialId.toString('base64url');
  }

  /** The same key in another authenticator, with the counter as it is now. */
  clone(): SoftwareAuthenticator {
    const copy: SoftwareAuthenticator = Object.create(SoftwareAuthenticator.prototype);
    return Object.assign(copy, this);
  }

  /** As navigator.credentials.create() answers, in JSON. */
  create(options: CreationOptions, mischief: Mischief = {}): Record<string, unknown> {
    this.userHandle = options.user.id;
    const id = mischief.credentialId ?? this.credentialId;
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const attested = Buffer.concat([Buffer.alloc(16), length, id, this.coseKey(mischief.alg ?? -7)]);
    const authData = this.authenticatorData(mischief, attested);
    const attestation = new Map<string, unknown>([
      ['fmt', mischief.format ?? 'none'],
      ['attStmt', mischief.statement ?? new Map()],
      ['authData', new Uint8Array(authData)],
    ]);
    return credential(id, {
      clientDataJSON: clientData('webauthn.create', options.challenge, mischief).toString('base64url'),
      attestationObject: Buffer.from(encode(attestation)).toString('base64url'),
      transports: ['internal', 'hybrid'],
    });
  }

  /** As navigator.credentials.get() answers, in JSON. */
  get(options: RequestOptions, mischief: Mischief = {}): Record<string, unknown> {
    const authData = this.authenticatorData(mischief);
    const clientDataJSON = clientData('webauthn.get', options.challenge, mischief);
    const signed = Buffer.concat([authData, createHash('sha256').update(clientDataJSON).digest()]);
    const key = mischief.forged
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
      : createPrivateKey(this.keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const userHandle = mischief.userHandle === undefined ? this.userHandle : mischief.userHandle;
    return credential(mischief.credentialId ?? this.credentialId, {
      clientDataJSON: clientDataJSON.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: sign('sha256', signed, key).toString('base64url'),
      ...(userHandle !== null && { userHandle }),
    });
  }

  private authenticatorData(mischief: Mischief, attested?: Buffer): Buffer {
    if (this.counts) this.counter += 1;
    const eligible = mischief.backupEligible ?? this.backupEligible;
    const flags =
      (mischief.userPresent === false ? 0 : UP) |
      (mischief.userVerified === false ? 0 : UV) |
      (eligible ? BE : 0) |
      ((mischief.backedUp ?? eligible) ? BS : 0) |
      (attested ? AT : 0);
    const tail = Buffer.alloc(5);
    tail.writeUInt8(flags);
    tail.writeUInt32BE(mischief.counter ?? this.counter, 1);
    const rpIdHash = createHash('sha256')
      .update(mischief.rpId ?? RP_ID)
      .digest();
    return Buffer.concat([rpIdHash, tail, attested ?? Buffer.alloc(0)]);
  }

  private coseKey(alg: number): Buffer {
    const { x = '', y = '' } = this.keys.publicKey.export({ format: 'jwk' });
    const key = new Map<number, number | Uint8Array>([
      [1, 2],
      [3, alg],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
    ]);
    return Buffer.from(encode(key));
  }
}

function clientData(type: string, challenge: string, mischief: Mischief): Buffer {
  return Buffer.from(
    JSON.stringify({
      type: mischief.type ?? type,
      challenge: mischief.challenge ?? challenge,
      origin: mischief.origin ?? ORIGIN,
      crossOrigin: false,
      ...mischief.clientData,
    }),
  );
}

function credential(id: Buffer, response: object): Record<string, unknown> {
  const text = id.toString('base64url');
  return { id: text, rawId: text, type: 'public-key', response, clientExtensionResults: {} };
}

function encode(value: Map<string | number, unknown>): Uint8Array {
  return isoCBOR.encode(value as Parameters<typeof isoCBOR.encode>[0]);
}
