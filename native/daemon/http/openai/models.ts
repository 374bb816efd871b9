import type { EndpointContext } from '../endpoint-context.ts';
import type { RouteCall } from '../route.ts';
import type { EndpointModel } from '../endpoint-model.ts';
import { chooseModel } from '../model-choice.ts';
import { sendJson } from '../route.ts';

/** GET /v1/models: the loaded model, or an empty list. */
export function listModels({ response, context }: RouteCall): void {
  const model = context.model();
  sendJson(response, { object: 'list', data: model === undefined ? [] : [modelEntry(model, context)] });
}

/** GET /v1/models/:id. */
export function showModel({ response, context, argument }: RouteCall): void {
  sendJson(response, modelEntry(chooseModel(context, argument), context));
}

function modelEntry(model: EndpointModel, context: EndpointContext): object {
  const { loaded } = model;
  return {
    id: loaded.name,
    object: 'model',
    created: Math.floor(Date.now() / 1000 - context.status().uptimeSeconds),
    owned_by: 'moonwright',
    context_length: loaded.contextTokens,
    family: loaded.family,
    aliases: model.aliases,
  };
}
