/**
 * What a decision is made on: all of it found out by the server, none of it taken from the word of the client (R031).
 * Null: could not be found out. Nothing in it says who or where somebody is.
 */
export interface RiskFacts {
  /** The client has the token of a device that this user has signed in on. Null for a user who never signed in. */
  knownDevice: boolean | null;
  /** The user has signed in from its network before. Null also for a client without an address. */
  knownNetwork: boolean | null;
  /** The user has signed in from its country before. */
  knownCountry: boolean | null;
  /** Kilometres an hour since the sign-in before; 0 for places that are as good as the same. */
  travelSpeed: number | null;
  /** Refused proofs of the account of late. */
  failures: number | null;
  /** Events of late that nobody causes by mistake. */
  alarms: number | null;
  /** The password was reset of late, rather than changed by who knew it. */
  passwordReset: boolean | null;
}
