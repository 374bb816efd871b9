import type { StatusResult } from '../../protocol/methods.ts';
import type { RequestCounters } from './request-counters.ts';
import type { StoredResponses } from './openai/responses/stored-responses.ts';
import type { EndpointModel } from './endpoint-model.ts';

/** The daemon, as the endpoint uses it. */
export interface EndpointContext {
  /** The loaded model; undefined while there is none. */
  model(): EndpointModel | undefined;
  status(): StatusResult;
  readonly counters: RequestCounters;
  readonly responses: StoredResponses;
  log(level: 'info' | 'warn' | 'error', text: string): void;
  /** Largest request body in bytes; default 16 MiB. */
  readonly bodyBytesMax?: number;
  /** Silence in milliseconds after which a stream gets a comment; default 5000. */
  readonly keepAliveMs?: number;
}
