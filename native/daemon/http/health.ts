import type { ServerResponse } from 'node:http';
import type { RouteCall } from './route.ts';
import { sendJson } from './route.ts';
import { loadedModel } from './model-choice.ts';

/** GET /health with the token: ok when a model is loaded, else 503 with the progress of the load. */
export function showHealth({ response, context }: RouteCall): void {
  sendJson(response, { status: 'ok', model: loadedModel(context).loaded.name });
}

/** GET /health without the token: tells only whether a model is loaded. */
export function showReadiness(response: ServerResponse, isReady: boolean): void {
  sendJson(response, { status: isReady ? 'ok' : 'loading' }, isReady ? 200 : 503);
}
