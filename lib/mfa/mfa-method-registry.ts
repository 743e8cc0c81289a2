import { Inject, Injectable } from '@nestjs/common';
import type { MfaMethodName } from '../contracts';
import type { MfaMethod } from './mfa-method';
import { MFA_OPTIONS, type ResolvedMfaOptions } from './mfa.options';

/** The kinds of second factors that there are. Each method registers itself when it is made. */
@Injectable()
export class MfaMethodRegistry {
  private readonly methods = new Map<MfaMethodName, MfaMethod>();

  constructor(@Inject(MFA_OPTIONS) private readonly options: ResolvedMfaOptions) {}

  /** @throws {Error} when there is one of this name already */
  register(method: MfaMethod): void {
    if (this.methods.has(method.name)) throw new Error(`two MFA methods ${method.name}`);
    this.methods.set(method.name, method);
  }

  /** The method of this name, whether it may be set up still or not: factors that are there go on working. */
  get(name: string): MfaMethod | undefined {
    return [...this.methods.values()].find((method) => method.name === name);
  }

  /** Methods that may be set up, in the order of `mfa.allowedMethods`. */
  usable(): MfaMethod[] {
    return this.options.allowedMethods.flatMap((name) => {
      const method = this.methods.get(name);
      return method?.isConfigured() ? [method] : [];
    });
  }
}
