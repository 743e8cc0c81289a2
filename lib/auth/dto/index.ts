export * from './auth-response.dto';
export * from './challenge.dto';
export * from './login.dto';
export * from './logout.dto';
export * from './refresh-token.dto';
export * from './signup.dto';
export * from './update-profile.dto';
