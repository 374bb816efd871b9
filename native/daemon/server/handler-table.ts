import type { MethodName, Params, Result } from '../../protocol/methods.ts';
import type { Progress } from './progress-stream.ts';

/** The request and its client, as a handler sees them. */
export interface CallContext {
  /** The connection: the same object for all its requests. */
  readonly client: object;
  /** Aborted when the client cancels, disconnects, or the daemon stops. */
  readonly signal: AbortSignal;
  /** Sends progress to the client; dropped when the client did not ask for it. */
  progress(value: Progress): void;
  /** Resolves when the client has room for more. */
  ready(): Promise<void>;
  /** Keeps a session while this connection lasts, and some minutes longer. */
  hold(session: string): void;
  /** Ends `hold`. */
  drop(session: string): void;
}

export type Handler<M extends MethodName> = (params: Params<M>, context: CallContext) => Promise<Result<M>> | Result<M>;

/** One handler for every method of the protocol. */
export type HandlerTable = { readonly [M in MethodName]: Handler<M> };
