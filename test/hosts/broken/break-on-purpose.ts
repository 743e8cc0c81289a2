import { ModulesContainer } from '@nestjs/core';
import type { INestApplication } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Harness } from '../harness-config';
import { UsageError } from '../usage-error';
import { addressApartFromCode } from './address-apart-from-code';
import { answerByReadingFirst } from './answer-by-reading-first';
import { countByReadingFirst } from './count-by-reading-first';
import { insertAfterLooking } from './insert-after-looking';
import { loginWithoutClaim } from './login-without-claim';
import { challengeByReadingFirst, passkeyAfterLooking } from './passkey-by-reading-first';
import { resetWithoutConditions } from './reset-without-conditions';
import { removeByCountingFirst } from './remove-by-counting-first';
import { rotateByReadingFirst } from './rotate-by-reading-first';
import { withoutTransactions } from './without-transactions';
import { tryByReadingFirst } from './try-by-reading-first';
import { useCodesByReadingFirst } from './use-codes-by-reading-first';

/** A part of the toolkit as a variant sees it: an object whose methods it replaces. */
export type Part = object;

export interface Surgery {
  /** The provider whose token is called so. */
  part(token: string): Part;
  /** A connection of the variant's own, beside the toolkit's. */
  dataSource: DataSource;
}

const VARIANTS: Record<string, (surgery: Surgery) => void | Promise<void>> = {
  'rotate-by-reading-first': rotateByReadingFirst,
  'insert-after-looking': insertAfterLooking,
  'count-by-reading-first': countByReadingFirst,
  'login-without-claim': loginWithoutClaim,
  'use-codes-by-reading-first': useCodesByReadingFirst,
  'remove-by-counting-first': removeByCountingFirst,
  'reset-without-conditions': resetWithoutConditions,
  'address-apart-from-code': addressApartFromCode,
  'without-transactions': withoutTransactions,
  'answer-by-reading-first': answerByReadingFirst,
  'try-by-reading-first': tryByReadingFirst,
  'challenge-by-reading-first': challengeByReadingFirst,
  'passkey-after-looking': passkeyAfterLooking,
  // Done before the start.
  'migration-lock': () => undefined,
};

/**
 * Replaces a part of an application by one with a known mistake. A race test that passes with the mistake in place would
 * prove nothing.
 */
export async function breakOnPurpose(app: INestApplication, name: string, harness: Harness): Promise<void> {
  const variant = VARIANTS[name];
  if (!variant) throw new UsageError(`--broken is one of ${Object.keys(VARIANTS).join(', ')}`);
  const dataSource = new DataSource({ ...harness.database, logging: false, logger: undefined });
  await dataSource.initialize();
  await variant({ dataSource, part: (token) => findPart(app, token) });
}

function findPart(app: INestApplication, token: string): Part {
  for (const { providers } of app.get(ModulesContainer).values()) {
    for (const [key, { instance }] of providers) {
      const found: unknown = instance;
      if (
        typeof key === 'symbol' &&
        key.description === token &&
        typeof found === 'object' &&
        found !== null
      ) {
        return found;
      }
    }
  }
  throw new Error(`no provider is called ${token}`);
}
