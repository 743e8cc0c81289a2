import { cookiesTopic } from './cookies.topic';
import { credentialsTopic } from './credentials.topic';
import { csrfTopic } from './csrf.topic';
import { devicesTopic } from './devices.topic';
import { guardsTopic } from './guards.topic';
import { loginTopic } from './login.topic';
import { logoutTopic } from './logout.topic';
import { passwordsTopic } from './passwords.topic';
import { profileTopic } from './profile.topic';
import { refreshTopic } from './refresh.topic';
import { sessionsTopic } from './sessions.topic';
import { signupTopic } from './signup.topic';
import type { Topic } from '../support/world';

export const topics: readonly Topic[] = [
  signupTopic,
  passwordsTopic,
  loginTopic,
  refreshTopic,
  logoutTopic,
  sessionsTopic,
  devicesTopic,
  profileTopic,
  guardsTopic,
  credentialsTopic,
];

/** Those that only concern clients with a cookie jar. */
export const browserTopics: readonly Topic[] = [cookiesTopic, csrfTopic];
