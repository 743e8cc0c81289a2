import type { AuthMethod, AuthResponseUser, UserProfile } from '../contracts';
import type { User } from './user';

/** The user as an AuthResponse shows it. */
export function toAuthResponseUser(user: User): AuthResponseUser {
  return {
    sub: user.id,
    email: user.email,
    firstName: user.firstName,
    lastName: user.lastName,
    phone: user.phone,
    isEmailVerified: user.isEmailVerified,
    isPhoneVerified: user.isPhoneVerified,
    socialProviders: [],
    hasPasswordHash: user.hasPassword,
  };
}

/** The user as the profile shows it. */
export function toUserProfile(user: User, sessionAuthMethod: AuthMethod | null): UserProfile {
  return {
    ...toAuthResponseUser(user),
    username: user.username,
    isActive: user.isActive,
    timezone: user.timezone,
    locale: user.locale,
    metadata: user.metadata,
    createdAt: user.createdAt.toISOString(),
    updatedAt: user.updatedAt.toISOString(),
    sessionAuthMethod,
  };
}
