import type { SessionOptions } from '../../sessions';
import { duration, flag, section, wholeNumber } from '../fields';

export const sessionSchema = section<SessionOptions>({
  maxConcurrent: wholeNumber(0, 10_000, '; 0 means no limit'),
  disallowMultipleSessions: flag(),
  maxLifetime: duration(),
  idleTimeout: duration(),
});
