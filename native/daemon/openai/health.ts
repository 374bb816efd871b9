import type { ServerResponse } from 'node:http';
import type { RouteCall } from './route.ts';
import { sendJson } from './route.ts';
import { loadedModel } from './model-choice.ts';

/** GET /health with the token: ok when a model is loaded, else 503 with how far the load is. */
export function showHealth({ response, context }: RouteCall): void {
  sendJson(response, { status: 'ok', model: loadedModel(context).loaded.name });
}

/** GET /health without the token: whether a model is loaded and nothing else. */
export function showReadiness(response: ServerResponse, isReady: boolean): void {
  sendJson(response, { status: isReady ? 'ok' : 'loading' }, isReady ? 200 : 503);
}
