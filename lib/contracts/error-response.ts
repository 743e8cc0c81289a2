import type { NAuthErrorCode } from './error-codes';
import type { PasswordReason } from './password';
import type { StepUpDemand } from './step-up';

/** Body of every refused request. `timestamp` is ISO 8601 in UTC; 429 and 503 come with a `Retry-After` header. */
export interface ErrorResponse {
  code: NAuthErrorCode;
  message: string;
  statusCode: number;
  timestamp: string;
  details?: ErrorDetails;
}

export interface ErrorDetails {
  /** VALIDATION_FAILED: what is wrong with each field, by name. */
  fields?: Record<string, string[]>;
  /** SIGNUP_WEAK_PASSWORD, VALIDATION_INVALID_PASSWORD: which rules of the policy the password breaks, as texts. */
  errors?: string[];
  /** The same rules in the same order, for programs. */
  reasons?: PasswordReason[];
  /** AUTH_STEP_UP_REQUIRED: what is missing. */
  reason?: 'too_old' | 'second_factor';
  /** AUTH_STEP_UP_REQUIRED: what POST /step-up takes. */
  stepUp?: StepUpDemand;
  /** 429 and 503: whole seconds, the value of `Retry-After`. */
  retryAfter?: number;
  /** SIGNIN_BLOCKED_HIGH_RISK: until when, ISO 8601 in UTC. */
  expiresAt?: string;
}
