import { z } from 'zod';
import type { LoggerService } from '@nestjs/common';
import type { Clock } from '../common';
import type { TransientStore } from '../storage';
import { field, flag, hasMethods, section, text } from './fields';
import type { NAuthConfig } from './nauth-config';
import { loginSchema, signupSchema } from './sections/account.schema';
import { auditSchema } from './sections/audit.schema';
import { challengeSchema } from './sections/challenge.schema';
import { encryptionSchema, type EncryptionDraft } from './sections/encryption.schema';
import { hooksSchema } from './sections/hooks.schema';
import { geoLocationSchema } from './sections/geo-location.schema';
import { jwtSchema, type JwtDraft } from './sections/jwt.schema';
import { lockoutSchema } from './sections/lockout.schema';
import { mfaSchema } from './sections/mfa.schema';
import {
  emailNotificationsSchema,
  emailProviderSchema,
  emailSchema,
  smsProviderSchema,
  smsSchema,
} from './sections/notifications.schema';
import { passwordSchema } from './sections/password.schema';
import { rateLimitsSchema } from './sections/rate-limits.schema';
import { routesSchema } from './sections/routes.schema';
import { securitySchema } from './sections/security.schema';
import { sessionSchema } from './sections/session.schema';
import { shutdownSchema } from './sections/shutdown.schema';
import { tokenDeliverySchema } from './sections/token-delivery.schema';

const STORE_METHODS: readonly (keyof TransientStore)[] = [
  'increment',
  'decrement',
  'set',
  'setIfAbsent',
  'get',
  'take',
  'compareAndDelete',
  'delete',
  'expire',
];

/** The configuration before the rules: each option has its form, but what is required may still be missing. */
export type ConfigDraft = Omit<NAuthConfig, 'jwt' | 'encryption' | 'database'> & {
  jwt?: JwtDraft;
  encryption?: EncryptionDraft;
  database?: unknown;
};

export const configSchema = section<ConfigDraft>({
  tablePrefix: text("a letter and at most 30 letters, digits or '_'", /^[a-z][a-z0-9_]{0,30}$/i),
  migrations: section<NonNullable<NAuthConfig['migrations']>>({ autoRun: flag() }),
  database: z.unknown().optional(),
  jwt: jwtSchema,
  encryption: encryptionSchema,
  storageAdapter: field<'database' | 'memory' | TransientStore>(
    `'database', 'memory' or a store (RedisTransientStore, or your own with ${STORE_METHODS.join(', ')})`,
    (value) => value === 'database' || value === 'memory' || hasMethods(value, STORE_METHODS),
  ),
  signup: signupSchema,
  login: loginSchema,
  password: passwordSchema,
  lockout: lockoutSchema,
  rateLimits: rateLimitsSchema,
  security: securitySchema,
  tokenDelivery: tokenDeliverySchema,
  geoLocation: geoLocationSchema,
  session: sessionSchema,
  emailProvider: emailProviderSchema,
  email: emailSchema,
  emailNotifications: emailNotificationsSchema,
  smsProvider: smsProviderSchema,
  sms: smsSchema,
  auditLogs: auditSchema,
  shutdown: shutdownSchema,
  challenge: challengeSchema,
  mfa: mfaSchema,
  hooks: hooksSchema,
  routes: routesSchema,
  logger: section<NonNullable<NAuthConfig['logger']>>({
    instance: field<LoggerService>('an object with the methods log, warn and error', (value) =>
      hasMethods(value, ['log', 'warn', 'error']),
    ),
    enablePiiRedaction: flag(),
  }),
  clock: field<Clock>('an object with the method now', (value) => hasMethods(value, ['now'])),
});
