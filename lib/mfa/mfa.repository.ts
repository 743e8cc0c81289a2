import type { MfaMethodName } from '../contracts';
import type { MfaAccount, MfaDevice, PendingFactor } from './mfa-device';

export const MFA_REPOSITORY = Symbol('nauth.mfaRepository');

export interface AddDeviceLimits {
  /** Factors that an account has at most, this one included. */
  max: number;
  /** The account must have none: it is the step of a sign-in that may not add to the factors of somebody else. */
  onlyFirst: boolean;
}

/** `refused`: the account is full, or not without factors as it had to be. */
export type AddDeviceOutcome = 'first' | 'added' | 'replaced' | 'refused';
/** `last`: the account has to keep one; the unit of work has to be undone. */
export type RemoveDeviceOutcome = 'removed' | 'removed_last' | 'last' | 'absent';

/**
 * Every change is one conditional statement, and changes to the factors of one account queue on its row (RACE-11).
 * Every method throws NAuthException SERVICE_UNAVAILABLE when the database cannot answer (R148).
 */
export interface MfaRepository {
  findAccount(userId: string): Promise<MfaAccount>;
  /** Active factors, oldest first. */
  findDevices(userId: string): Promise<MfaDevice[]>;
  findDevice(id: string, userId: string): Promise<MfaDevice | null>;
  /** `sub` of the user who has the factor. For administrators: whoever acts for themselves says whose it is (R068). */
  findOwner(id: string): Promise<string | null>;
  /** Adds a factor; one in the same slot gives way. Part of a unit of work. */
  addDevice(device: MfaDevice, limits: AddDeviceLimits): Promise<AddDeviceOutcome>;
  /** Removes a factor; with `keepLast` not the last one of an account that is not exempt. Part of a unit of work. */
  removeDevice(id: string, userId: string, keepLast: boolean): Promise<RemoveDeviceOutcome>;
  rename(id: string, userId: string, name: string): Promise<boolean>;
  prefer(id: string, userId: string, at: Date): Promise<boolean>;
  /** Sends the codes of a factor elsewhere; false when they did not go to `from` any more. */
  retarget(
    id: string,
    userId: string,
    from: string,
    to: Pick<MfaDevice, 'target' | 'name'>,
  ): Promise<boolean>;
  markUsed(id: string, userId: string, at: Date): Promise<boolean>;
  /** Puts the same seed under another key in the place of it. */
  replaceSecret(id: string, userId: string, from: string, to: string): Promise<boolean>;
  /** True for a step that is later than every step accepted before: for one of any number of callers (R079). */
  acceptTotpStep(userId: string, step: number): Promise<boolean>;
  findTotpStep(userId: string): Promise<number | null>;

  /** Keeps what is being set up; the earlier one of the same session and method is gone. */
  putPending(pending: PendingFactor): Promise<void>;
  findPending(userId: string, binding: string, type: MfaMethodName, at: Date): Promise<PendingFactor | null>;
  /** Takes exactly this one: true for one of any number of callers. */
  takePending(id: string, userId: string, at: Date): Promise<boolean>;
  deleteExpiredPending(before: Date, limit: number): Promise<number>;

  /** Ends the set there is and stores another. Part of a unit of work. */
  replaceBackupCodes(userId: string, hashes: readonly string[], at: Date): Promise<void>;
  hasBackupCode(userId: string, hashes: readonly string[]): Promise<boolean>;
  /** Uses one code up: true for one of any number of callers (R082). `hashes`: of the code under every key. */
  useBackupCode(userId: string, hashes: readonly string[], at: Date): Promise<boolean>;

  /** Sets or lifts the exemption; false when nothing changed: it is lifted already, or stands with the same reason. */
  setExemption(userId: string, exemption: MfaAccount['exemption']): Promise<boolean>;
  /** Notes since when a factor is asked for; the first moment stands. Answers it. */
  noteRequired(userId: string, at: Date): Promise<Date>;
}
