import type { RouteCall } from './route.ts';
import { sendJson } from './route.ts';
import { loadedModel } from './model-choice.ts';

/** GET /health: ok when a model is loaded, else 503 with how far the load is. */
export function showHealth({ response, context }: RouteCall): void {
  sendJson(response, { status: 'ok', model: loadedModel(context).loaded.name });
}
