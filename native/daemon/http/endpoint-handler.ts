import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StatusResult } from '../../protocol/methods.ts';
import type { ModelRuntime } from '../session/model-runtime.ts';
import type { EndpointContext } from './endpoint-context.ts';
import type { EndpointModel } from './endpoint-model.ts';
import { StoredResponses } from './openai/responses/stored-responses.ts';
import { RequestCounters } from './request-counters.ts';
import { handleRequest } from './router.ts';
import { endpointModel } from './runtime-adapter.ts';

interface EndpointDeps {
  /** The loaded model; undefined while there is none. */
  runtime(): ModelRuntime | undefined;
  /** Names that requests may use beside the model's own. */
  readonly aliases: readonly string[];
  log(level: 'info' | 'warn' | 'error', text: string): void;
}

type RequestHandler = (request: IncomingMessage, response: ServerResponse, status: () => StatusResult) => Promise<void>;

/** The endpoint over the daemon's model. One per daemon: it counts requests and remembers conversations. */
export function endpointHandler(deps: EndpointDeps): RequestHandler {
  const counters = new RequestCounters();
  const responses = new StoredResponses();
  const served = new WeakMap<ModelRuntime, EndpointModel>();
  const model = (): EndpointModel | undefined => {
    const runtime = deps.runtime();
    if (runtime === undefined) return undefined;
    const known = served.get(runtime) ?? endpointModel(runtime, deps.aliases);
    served.set(runtime, known);
    return known;
  };
  return (request, response, status) => {
    const context: EndpointContext = {
      counters,
      responses,
      model,
      status,
      log: (level, text) => deps.log(level, text),
    };
    return handleRequest(request, response, context);
  };
}
