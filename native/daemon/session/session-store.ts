import { CodedError } from '../../protocol/coded-error.ts';
import type { GenerateEvent } from '../../protocol/generation.ts';
import type { Params, Result } from '../../protocol/methods.ts';
import type { TurnContext } from './generate-turn.ts';
import type { ModelRuntime } from './model-runtime.ts';

export interface SessionStoreOptions {
  /** The loaded model; undefined while there is none. */
  readonly runtime: () => ModelRuntime | undefined;
  readonly sessionsMax?: number; // default 256
  readonly abandonedMs?: number; // a session nobody holds is closed after this long, default 5 minutes
}

/**
 * The sessions of the loaded model. They belong to no connection: whoever wants one kept calls `hold`, and a session
 * that nobody holds is closed after some minutes.
 */
export class SessionStore {
  constructor(_options: SessionStoreOptions) {}

  /** Throws `model.not-loaded`, `queue.full` when there are too many sessions, `template.failed`. */
  create(_params: Params<'session.create'>): Result<'session.create'> {
    throw pending();
  }

  attach(_params: Params<'session.attach'>): Result<'session.attach'> {
    throw pending();
  }

  append(_params: Params<'session.append'>): Result<'session.append'> {
    throw pending();
  }

  generate(_params: Params<'session.generate'>, _onEvent: (event: GenerateEvent) => void, _context: TurnContext): Promise<Result<'session.generate'>> {
    return Promise.reject(pending());
  }

  fork(_params: Params<'session.fork'>): Result<'session.fork'> {
    throw pending();
  }

  rewind(_params: Params<'session.rewind'>): Result<'session.rewind'> {
    throw pending();
  }

  /** Cancels what the session generates. */
  close(_params: Params<'session.close'>): Result<'session.close'> {
    throw pending();
  }

  /** One more connection keeps the session; unknown ids are ignored. */
  hold(_session: string): void {}

  release(_session: string): void {}

  get size(): number {
    return 0;
  }

  /** Cancels and forgets all sessions, e.g. when the model is unloaded. */
  clear(): void {}
}

function pending(): CodedError {
  return new CodedError('internal.failed', 'Sessions are not there yet.');
}
