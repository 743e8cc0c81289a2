import type { TransientStore } from '../storage';

/** What limits need of a store. Every change is atomic, and a counter always has an end (R021, R022). */
export type Counters = Pick<TransientStore, 'increment' | 'decrement' | 'delete' | 'expire'>;

/** Token of the Counters that limits count in. */
export const COUNTERS = Symbol('nauth.counters');
