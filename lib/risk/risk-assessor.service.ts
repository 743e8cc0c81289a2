import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { AUDIT_OPTIONS, AuthAuditService, type ResolvedAuditOptions } from '../audit';
import type { SignInRisk } from '../challenges';
import { ContextStorage, GEO_LOCATION_OPTIONS, type ResolvedGeoLocationOptions } from '../context';
import type { AuthMethod } from '../contracts';
import { Notifier, originOf } from '../notifications';
import { TRANSIENT_STORE, type TransientStore } from '../storage';
import type { User } from '../users';
import { decideRisk } from './risk-decision';
import { toRiskRecord } from './risk-record';
import { RiskSignals } from './risk-signals.service';
import { ADAPTIVE_MFA_OPTIONS, type ResolvedAdaptiveMfaOptions } from './risk.options';
import { SignInBlocks } from './sign-in-blocks.service';

/** The owner is written to about one unusual sign-in in this time, however many there are. */
const NOTICE_WINDOW_MS = 3600_000;

/** Judges sign-ins whose first factor has just been proved. */
@Injectable()
export class RiskAssessor implements OnModuleInit {
  private readonly logger = new Logger(RiskAssessor.name);

  constructor(
    @Inject(ADAPTIVE_MFA_OPTIONS) private readonly options: ResolvedAdaptiveMfaOptions,
    @Inject(RiskSignals) private readonly signals: RiskSignals,
    @Inject(SignInBlocks) private readonly blocks: SignInBlocks,
    @Inject(TRANSIENT_STORE) private readonly store: TransientStore,
    @Inject(Notifier) private readonly notifier: Notifier,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(GEO_LOCATION_OPTIONS) private readonly geo: ResolvedGeoLocationOptions,
    @Inject(AUDIT_OPTIONS) private readonly auditOptions: ResolvedAuditOptions,
  ) {}

  /** Says once what will never be known, and so count at every sign-in. */
  onModuleInit(): void {
    const { enabled, weights } = this.options;
    if (!enabled) return;
    const looksAt = (...triggers: (keyof typeof weights)[]): boolean =>
      triggers.some((trigger) => weights[trigger] !== undefined);
    if (!this.geo.locator && looksAt('new_country', 'impossible_travel')) {
      this.logger.warn(
        'There is no geo database: new_country and impossible_travel are unknown and count at every sign-in. ' +
          'Configure geoLocation, or leave them out of mfa.adaptive.triggers.',
      );
    }
    if (!this.auditOptions.enabled && looksAt('suspicious_activity', 'recent_password_reset')) {
      this.logger.warn(
        'auditLogs is off: suspicious_activity is unknown and counts at every sign-in, and so does ' +
          'recent_password_reset after a change of the password.',
      );
    }
  }

  /**
   * What there is to say of a sign-in of this user at this client; undefined where nothing is assessed. The decision goes
   * into the audit trail with all that it was made on (see `replayRisk`). Outside of a unit of work.
   *
   * @throws {NAuthException} SIGNIN_BLOCKED_HIGH_RISK, with `details.expiresAt`; SERVICE_UNAVAILABLE
   */
  async assess(user: User, authMethod: AuthMethod): Promise<SignInRisk | undefined> {
    if (!this.options.enabled) return undefined;
    await this.blocks.assertUserMaySignIn(user.id);
    const facts = await this.signals.collect(user);
    const decision = decideRisk(facts, this.options);
    const { score, level, action, notifyUser } = decision;
    const entry = { status: 'INFO', userId: user.id, authMethod, reason: `${level}_${action}` } as const;
    const details = toRiskRecord(facts, this.options, decision);
    await this.audit.record('ADAPTIVE_MFA_RISK_ASSESSED', { ...entry, details });
    if (notifyUser) await this.tellOwner(user);
    if (action === 'block_signin') {
      await this.audit.recordRefusal('LOGIN_BLOCKED', {
        ...entry,
        status: 'FAILURE',
        reason: 'high_risk',
        details: { score, scope: this.options.block.scope },
      });
      throw await this.blocks.block(user.id);
    }
    if (action === 'require_mfa') {
      await this.audit.record('ADAPTIVE_MFA_TRIGGERED', { ...entry, details: { score, level } });
    }
    return { level, action };
  }

  private async tellOwner(user: User): Promise<void> {
    if (!(await this.store.setIfAbsent(`risk-notice:${user.id}`, '1', NOTICE_WINDOW_MS))) return;
    await this.notifier.queue({
      channel: 'email',
      template: 'adaptiveMfaRiskDetected',
      to: user.email,
      userId: user.id,
      userName: user.firstName ?? user.username,
      locale: user.locale,
      timezone: user.timezone,
      variables: await originOf(this.context.current()?.client),
    });
  }
}
