import type { GenerateEvent } from '../../protocol/generation.ts';
import type { MethodName, Params, Result } from '../../protocol/methods.ts';
import type { CallContext, HandlerTable } from './handler-table.ts';

/** The sessions, as the methods see them. They belong to no connection. */
export interface SessionApi {
  /** `client`: the connection that asks. */
  create(params: Params<'session.create'>, client: object, signal: AbortSignal): Answer<'session.create'>;
  attach(params: Params<'session.attach'>): Answer<'session.attach'>;
  append(params: Params<'session.append'>, signal: AbortSignal): Answer<'session.append'>;
  measure(params: Params<'session.measure'>, signal: AbortSignal): Answer<'session.measure'>;
  /** A cancelled turn resolves too and leaves the conversation as it was. */
  generate(
    params: Params<'session.generate'>,
    onEvent: (event: GenerateEvent) => void,
    context: { readonly signal: AbortSignal; readonly ready?: () => Promise<void> },
  ): Answer<'session.generate'>;
  fork(params: Params<'session.fork'>, client: object): Answer<'session.fork'>;
  rewind(params: Params<'session.rewind'>): Answer<'session.rewind'>;
  close(params: Params<'session.close'>): Answer<'session.close'>;
  /** Adds a connection that keeps the session. */
  hold(session: string, client: object): void;
  /** Removes a connection that kept it. */
  release(session: string, client: object): void;
}

type Answer<M extends MethodName> = Result<M> | Promise<Result<M>>;

type SessionMethod = Extract<keyof HandlerTable, `session.${string}`>;

/**
 * The handlers for sessions. A connection holds each session it creates, attaches or forks until it closes it or ends.
 */
export function sessionMethods(sessions: SessionApi): Pick<HandlerTable, SessionMethod> {
  return {
    'session.create': async (params, context) =>
      held(await sessions.create(params, context.client, context.signal), context),
    'session.attach': async (params, context) => held(await sessions.attach(params), context),
    'session.append': (params, { signal }) => sessions.append(params, signal),
    'session.measure': (params, { signal }) => sessions.measure(params, signal),
    'session.generate': (params, { signal, ready, progress }) => sessions.generate(params, progress, { signal, ready }),
    'session.fork': async (params, context) => held(await sessions.fork(params, context.client), context),
    'session.rewind': (params) => sessions.rewind(params),
    'session.close': async (params, context) => {
      const result = await sessions.close(params);
      context.drop(params.session);
      return result;
    },
  };
}

function held<T extends { readonly session: string }>(state: T, context: CallContext): T {
  context.hold(state.session);
  return state;
}
