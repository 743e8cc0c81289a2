import type { PasskeyOptions, ResolvedPasskeyOptions } from '../../mfa/mfa.options';
import { isExactOrigin } from '../origin-rules';
import type { ProblemReport } from '../problem-report';

/** What an Android application says for an origin: the digest of the certificate that it is signed with. */
const ANDROID_ORIGIN = /^android:apk-key-hash:[A-Za-z0-9_-]{43}$/;

/** @param name what browsers show where the section has no name of its own */
export function resolvePasskey(
  passkey: PasskeyOptions | undefined,
  name: string,
  report: ProblemReport,
): ResolvedPasskeyOptions | undefined {
  if (!passkey) return undefined;
  const { rpId, origin = [] } = passkey;
  if (rpId === undefined) {
    report.addRule('mfa.passkey.rpId', "is missing; name the domain of your pages, such as 'example.com'");
  }
  if (origin.length === 0) {
    report.addRule(
      'mfa.passkey.origin',
      "is missing; list the origins of your pages, such as ['https://app.example.com']",
    );
  }
  origin.forEach((each, index) => checkOrigin(each, `mfa.passkey.origin[${index}]`, rpId, report));
  return {
    rpName: passkey.rpName ?? name,
    rpId: rpId ?? '',
    origin: [...origin],
    timeout: passkey.timeout ?? 60_000,
    userVerification: passkey.userVerification ?? 'required',
  };
}

/** An origin of which no browser would make or use a passkey of this RP id is a mistake (R094, R095). */
function checkOrigin(origin: string, path: string, rpId: string | undefined, report: ProblemReport): void {
  if (ANDROID_ORIGIN.test(origin)) return;
  if (!isExactOrigin(origin)) {
    const form = "write scheme, host and port only, in lower case, such as 'https://app.example.com'";
    report.addRule(path, `is not an exact origin; ${form}`);
    return;
  }
  const { protocol, hostname } = new URL(origin);
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  if (protocol !== 'https:' && !(isLocal && protocol === 'http:')) {
    report.addRule(path, 'has no HTTPS; browsers have passkeys there on localhost only');
  }
  if (rpId !== undefined && hostname !== rpId && !hostname.endsWith(`.${rpId}`)) {
    report.addRule('mfa.passkey.rpId', `is neither the host of ${path} nor a domain above it`);
  }
}
