import { AsyncLocalStorage } from 'node:async_hooks';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common';
import { HttpRequest, type IncomingRequest } from './http-request';
import { RequestState } from './request-state';

/**
 * The state of the request in hand. Services find it through the async context, stages of the pipeline through the raw
 * request, and both find the same object. One instance a module: two modules in one process share nothing.
 */
@Injectable()
export class ContextStorage {
  private readonly async = new AsyncLocalStorage<RequestState>();
  private readonly byRequest = new WeakMap<object, RequestState>();

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /** The state of this request, made when it is first asked for. */
  open(raw: IncomingRequest): RequestState {
    let state = this.byRequest.get(raw);
    if (!state) {
      state = new RequestState(new HttpRequest(raw), this.clock.now());
      this.byRequest.set(raw, state);
    }
    return state;
  }

  /** Runs `work`, and all that it starts, in the context of the request. */
  run<T>(state: RequestState, work: () => T): T {
    return this.async.getStore() === state ? work() : this.async.run(state, work);
  }

  /**
   * Lets go of what is kept for asynchronous work, which then has no request. Node walks through every open storage for
   * each promise that is made, so one that stays open slows down a process that starts applications again and again.
   */
  close(): void {
    this.async.disable();
  }

  /** The state of the request in whose context this is called, or undefined outside of any. */
  current(): RequestState | undefined {
    return this.async.getStore();
  }
}
