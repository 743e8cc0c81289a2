import type { Duration } from '../common';

/** What raises the risk of a sign-in. */
export type RiskTrigger =
  | 'new_device'
  | 'new_ip'
  | 'new_country'
  | 'impossible_travel'
  | 'suspicious_activity'
  | 'recent_password_reset';

export type RiskLevel = 'low' | 'medium' | 'high';
export type RiskAction = 'allow' | 'require_mfa' | 'block_signin';
/** What is kept out for a while after a blocked sign-in. */
export type BlockScope = 'ip' | 'device' | 'user';

export interface RiskLevelOptions {
  /** Scores up to this one are of this level, or of a lower one. Default 20, 50 and 100. */
  maxScore?: number;
  /** Default: 'allow' for low, 'require_mfa' for the others. */
  action?: RiskAction;
  /** Writes to the owner. Default: true, but not for low. */
  notifyUser?: boolean;
}

export interface BlockedSignInOptions {
  /** Default 'user'. */
  scope?: BlockScope;
  /** Default '30m'. */
  blockDuration?: Duration;
  /** Takes the place of the message of SIGNIN_BLOCKED_HIGH_RISK. */
  message?: string;
}

export interface AdaptiveMfaOptions {
  /** What is looked at. Default: everything. */
  triggers?: RiskTrigger[];
  /** Points of single triggers; the others keep theirs. */
  riskWeights?: { [Trigger in RiskTrigger]?: number };
  riskLevels?: { [Level in RiskLevel]?: RiskLevelOptions };
  blockedSignIn?: BlockedSignInOptions;
  /** Kilometres an hour between two sign-ins that nobody travels. Default 900. */
  maxTravelSpeed?: number;
  /** How far back failures count as suspicious activity. Default '1h'. */
  suspiciousActivityWindow?: Duration;
}

export type ResolvedRiskLevels = Readonly<Record<RiskLevel, Readonly<Required<RiskLevelOptions>>>>;

export interface ResolvedAdaptiveMfaOptions {
  /** True with `mfa.enforcement` ADAPTIVE. */
  enabled: boolean;
  /** Points of every trigger that is looked at. */
  weights: Readonly<Partial<Record<RiskTrigger, number>>>;
  levels: ResolvedRiskLevels;
  block: { scope: BlockScope; durationMs: number; message: string | undefined };
  maxTravelSpeed: number;
  suspiciousActivityWindowMs: number;
}

/** Token of the ResolvedAdaptiveMfaOptions. */
export const ADAPTIVE_MFA_OPTIONS = Symbol('nauth.adaptiveMfaOptions');
