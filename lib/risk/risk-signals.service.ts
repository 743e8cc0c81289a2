import { Inject, Injectable } from '@nestjs/common';
import { AUDIT_OPTIONS, AUDIT_REPOSITORY, type AuditRepository, type ResolvedAuditOptions } from '../audit';
import { CLOCK, UNKNOWN_NETWORK, type Clock } from '../common';
import { ContextStorage, coordinates, type GeoLocation } from '../context';
import type { AuditEventStatus, AuditEventType } from '../contracts';
import { DEVICE_LIFE_MS, DeviceTokens, NETWORK_LIFE_MS } from '../devices';
import type { User } from '../users';
import type { RiskFacts } from './risk-facts';
import { RISK_HISTORY, type RiskHistory } from './risk-history';
import { ADAPTIVE_MFA_OPTIONS, type ResolvedAdaptiveMfaOptions } from './risk.options';
import { travelSpeed, type Place } from './travel';

/** How long a reset of the password counts as recent. */
const RESET_WINDOW_MS = 24 * 3600_000;
/** More are not counted. */
const MAX_COUNT = 100;

/**
 * Refused proofs. No event of the assessment itself is among these, nor one of a sign-in that it blocked: what it makes
 * of an account must not make it worse.
 */
const FAILURES: readonly AuditEventType[] = [
  'LOGIN_FAILED',
  'CHALLENGE_ATTEMPT_FAILED',
  'MFA_VERIFICATION_FAILED',
];
const ALARMS: readonly AuditEventType[] = ['REFRESH_REUSE', 'SUSPICIOUS_ACTIVITY'];
const RESETS: readonly AuditEventType[] = ['PASSWORD_RESET_COMPLETED', 'ADMIN_PASSWORD_RESET_COMPLETED'];

/**
 * Finds out what a decision is made on: from the address of the client, the token of its device, and what the database
 * holds of earlier sign-ins. Nothing that a client merely says has a part in it (R031).
 */
@Injectable()
export class RiskSignals {
  constructor(
    @Inject(RISK_HISTORY) private readonly history: RiskHistory,
    @Inject(AUDIT_REPOSITORY) private readonly events: AuditRepository,
    @Inject(DeviceTokens) private readonly tokens: DeviceTokens,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(ADAPTIVE_MFA_OPTIONS) private readonly options: ResolvedAdaptiveMfaOptions,
    @Inject(AUDIT_OPTIONS) private readonly audit: ResolvedAuditOptions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws {NAuthException} SERVICE_UNAVAILABLE without the database: then there is no decision, and no sign-in */
  async collect(user: Pick<User, 'id' | 'passwordChangedAt'>): Promise<RiskFacts> {
    const client = this.context.current()?.client;
    const location = (await client?.geo()) ?? null;
    const network = client && client.network !== UNKNOWN_NETWORK ? client.network : null;
    const now = this.clock.now();
    const history = await this.history.find({
      userId: user.id,
      tokenDigests: client?.deviceToken ? this.tokens.digests(user.id, client.deviceToken) : [],
      network,
      country: location?.country ?? null,
      deviceSince: new Date(now - DEVICE_LIFE_MS),
      networkSince: new Date(now - NETWORK_LIFE_MS),
    });
    const here = placeOf(location, new Date(now));
    const recent = new Date(now - this.options.suspiciousActivityWindowMs);
    return {
      // Where somebody signs in for the first time, nothing is new and nothing is known.
      knownDevice: history.hasSignedIn ? history.knownDevice : null,
      knownNetwork: network !== null && history.hasSignedIn ? history.knownNetwork : null,
      knownCountry: location?.country !== undefined && history.hasSignedIn ? history.knownCountry : null,
      travelSpeed: here && history.lastPlace ? travelSpeed(history.lastPlace, here) : null,
      failures: await this.count(user.id, FAILURES, 'FAILURE', recent),
      alarms: await this.count(user.id, ALARMS, 'SUSPICIOUS', recent),
      passwordReset: await this.wasReset(user, new Date(now - RESET_WINDOW_MS)),
    };
  }

  /** A password that is older than that was not reset since, whatever the trail can say. */
  private async wasReset(
    { id, passwordChangedAt }: Pick<User, 'id' | 'passwordChangedAt'>,
    since: Date,
  ): Promise<boolean | null> {
    if (passwordChangedAt === null || passwordChangedAt < since) return false;
    const resets = await this.count(id, RESETS, 'SUCCESS', since);
    return resets === null ? null : resets > 0;
  }

  /** Null without a trail. */
  private async count(
    userId: string,
    types: readonly AuditEventType[],
    status: AuditEventStatus,
    from: Date,
  ): Promise<number | null> {
    if (!this.audit.enabled) return null;
    const { total } = await this.events.find({ userId, types, statuses: [status], from }, 0, 0, MAX_COUNT);
    return total;
  }
}

function placeOf(location: GeoLocation | null, at: Date): Place | null {
  const { latitudeE2, longitudeE2 } = coordinates(location);
  return latitudeE2 === null || longitudeE2 === null ? null : { latitudeE2, longitudeE2, at };
}
