import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { ContextStorage, type RequestState } from '../context';
import { requestOf, type RequestAccess } from './request-access';
import { publishState } from './request-view';

/** Finds the state of the request behind an execution context, and lends it the host's response. */
@Injectable()
export class RequestStates {
  private readonly ofClient = new WeakMap<object, RequestState>();

  constructor(@Inject(ContextStorage) private readonly storage: ContextStorage) {}

  /** The state, made if need be; undefined in contexts without a request. */
  open(context: ExecutionContext): RequestState | undefined {
    const access = requestOf(context);
    if (!access) return undefined;
    const state = access.isMessage
      ? (this.ofClient.get(access.key) ?? this.openMessage(access))
      : this.storage.open(access.raw);
    state.response ??= access.response;
    publishState(access.key, state);
    return state;
  }

  /** As `open`, at the start of a call: on a socket every message is looked at anew, as its session may be over. */
  openCall(context: ExecutionContext): RequestState | undefined {
    const access = requestOf(context);
    if (access?.isMessage) this.openMessage(access);
    return this.open(context);
  }

  private openMessage(access: RequestAccess): RequestState {
    const state = this.storage.open(access.raw);
    this.ofClient.set(access.key, state);
    return state;
  }
}
