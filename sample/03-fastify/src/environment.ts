import { existsSync } from 'node:fs';

export interface Environment {
  accessTokenSecret: string;
  refreshTokenSecret: string;
  encryptionSecret: string;
  tokenDelivery: 'json' | 'cookies';
  databaseUrl: string | undefined;
  /** A folder with pages for the browser, such as that of sample/04-web. */
  pages: string | undefined;
  /** Where browsers find those pages. Passkeys belong to its host. */
  webOrigin: string;
  host: string;
  port: number;
}

/** Settings from the environment and, for what is not set there, from the file .env of the working directory. */
export function readEnvironment(): Environment {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return {
    accessTokenSecret: required('ACCESS_TOKEN_SECRET'),
    refreshTokenSecret: required('REFRESH_TOKEN_SECRET'),
    encryptionSecret: required('ENCRYPTION_SECRET'),
    tokenDelivery: process.env.TOKEN_DELIVERY === 'cookies' ? 'cookies' : 'json',
    databaseUrl: process.env.DATABASE_URL || undefined,
    pages: process.env.PAGES || undefined,
    webOrigin: process.env.WEB_ORIGIN || `http://localhost:${process.env.PORT ?? 3000}`,
    host: process.env.HOST ?? '127.0.0.1',
    port: Number(process.env.PORT ?? 3000),
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: copy .env.example to .env and fill it in.`);
  return value;
}
