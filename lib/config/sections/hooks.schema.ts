import type { HookHandler, HookHandlers, HookName, HookOptions, ResolvedHookOptions } from '../../hooks';
import { hookNames } from '../../hooks/nauth-hooks';
import { duration, field, section } from '../fields';
import { milliseconds, type SectionContext } from '../section-context';

const MAX_TIMEOUT_MS = 60_000;

export const hooksSchema = section<HookOptions>({
  timeout: duration(),
  beforeSignup: handlers<'beforeSignup'>(),
  afterSignup: handlers<'afterSignup'>(),
  afterEmailVerified: handlers<'afterEmailVerified'>(),
  afterPhoneVerified: handlers<'afterPhoneVerified'>(),
  beforeLogin: handlers<'beforeLogin'>(),
  afterLogin: handlers<'afterLogin'>(),
  loginFailed: handlers<'loginFailed'>(),
  beforeRefresh: handlers<'beforeRefresh'>(),
  afterRefresh: handlers<'afterRefresh'>(),
  refreshReuse: handlers<'refreshReuse'>(),
  beforeLogout: handlers<'beforeLogout'>(),
  afterLogout: handlers<'afterLogout'>(),
  beforeSessionRevoke: handlers<'beforeSessionRevoke'>(),
  afterSessionRevoke: handlers<'afterSessionRevoke'>(),
  beforePasswordChange: handlers<'beforePasswordChange'>(),
  afterPasswordChange: handlers<'afterPasswordChange'>(),
  userUpdated: handlers<'userUpdated'>(),
  mfaMethodAdded: handlers<'mfaMethodAdded'>(),
  mfaDeviceRemoved: handlers<'mfaDeviceRemoved'>(),
  attackSuspected: handlers<'attackSuspected'>(),
  auditFailed: handlers<'auditFailed'>(),
});

export function resolveHooks(options: HookOptions, { report }: SectionContext): ResolvedHookOptions {
  const timeoutMs = milliseconds(options.timeout ?? '3s');
  if (timeoutMs > MAX_TIMEOUT_MS) report.addRule('hooks.timeout', 'is longer than one minute; shorten it');
  const handlers: ResolvedHookOptions['handlers'] = {};
  for (const hook of hookNames) addList(hook, options, handlers);
  return { timeoutMs, handlers };
}

/** The lists are the host's: the result is frozen, they are not. */
function addList<K extends HookName>(
  hook: K,
  { [hook]: given }: HookHandlers,
  lists: { [N in K]?: readonly HookHandler<N>[] },
): void {
  if (given !== undefined) lists[hook] = toList<K>(given);
}

function toList<K extends HookName>(given: HookHandler<K> | HookHandler<K>[]): HookHandler<K>[] {
  return typeof given === 'function' ? [given] : [...given];
}

function handlers<K extends HookName>() {
  return field<HookHandler<K> | HookHandler<K>[]>(
    'a function or a list of functions',
    (value) => isFunction(value) || (Array.isArray(value) && Array.from(value).every(isFunction)),
  );
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}
