import type { MethodName, Params, Result } from '../../protocol/methods.ts';
import type { Progress } from './progress-stream.ts';

/** What a method may know and use of the request it answers and the client it answers to. */
export interface CallContext {
  /** Aborted when the client cancels, disconnects, or the daemon stops. */
  readonly signal: AbortSignal;
  /** Reports progress; goes nowhere when the client did not ask for it. */
  progress(value: Progress): void;
  /** Resolves when the client has room for more. */
  ready(): Promise<void>;
  /** Ties a session to this connection: it is kept while one connection holds it, and some minutes longer. */
  hold(session: string): void;
  drop(session: string): void;
}

export type Handler<M extends MethodName> = (params: Params<M>, context: CallContext) => Promise<Result<M>> | Result<M>;

/** One handler for every method of the protocol. */
export type HandlerTable = { readonly [M in MethodName]: Handler<M> };
