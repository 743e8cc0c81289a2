import { adminAccountsTopic } from './admin-accounts.topic';
import { adminAuditTopic } from './admin-audit.topic';
import { adminMfaTopic } from './admin-mfa.topic';
import { auditTopic } from './audit.topic';
import { addressChangeTopic } from './address-change.topic';
import { cookiesTopic } from './cookies.topic';
import { credentialsTopic } from './credentials.topic';
import { csrfTopic } from './csrf.topic';
import { devicesTopic } from './devices.topic';
import { guardsTopic } from './guards.topic';
import { limitsTopic } from './limits.topic';
import { loginTopic } from './login.topic';
import { logoutTopic } from './logout.topic';
import { mfaTopic } from './mfa.topic';
import { passwordChangeTopic } from './password-change.topic';
import { passwordResetTopic } from './password-reset.topic';
import { passkeysTopic } from './passkeys.topic';
import { passwordsTopic } from './passwords.topic';
import { profileTopic } from './profile.topic';
import { refreshTopic } from './refresh.topic';
import { sessionsTopic } from './sessions.topic';
import { signupTopic } from './signup.topic';
import { stepUpTopic } from './step-up.topic';
import { trustedDevicesTopic } from './trusted-devices.topic';
import type { Topic } from '../support/world';

export const topics: readonly Topic[] = [
  signupTopic,
  passwordsTopic,
  passwordChangeTopic,
  passwordResetTopic,
  loginTopic,
  refreshTopic,
  logoutTopic,
  sessionsTopic,
  devicesTopic,
  profileTopic,
  auditTopic,
  addressChangeTopic,
  passkeysTopic,
  trustedDevicesTopic,
  stepUpTopic,
  guardsTopic,
  credentialsTopic,
  mfaTopic,
  adminAccountsTopic,
  adminMfaTopic,
  adminAuditTopic,
  limitsTopic,
];

/** Those that only concern clients with a cookie jar. */
export const browserTopics: readonly Topic[] = [cookiesTopic, csrfTopic];
