import type { EndpointContext } from '../endpoint-context.ts';
import type { RouteCall } from '../route.ts';
import type { EndpointModel } from '../endpoint-model.ts';
import { chooseModel } from '../model-choice.ts';
import { sendJson } from '../route.ts';

/** GET /v1/models: the loaded model, or an empty list. */
export function listModels({ response, context }: RouteCall): void {
  const model = context.model();
  const id = model?.loaded.name ?? null;
  sendJson(response, {
    object: 'list',
    data: model === undefined ? [] : [modelEntry(model, context)],
    // Anthropic's clients read the same list by pages.
    has_more: false,
    first_id: id,
    last_id: id,
  });
}

/** GET /v1/models/:id. */
export function showModel({ response, context, argument }: RouteCall): void {
  sendJson(response, modelEntry(chooseModel(context, argument), context));
}

function modelEntry(model: EndpointModel, context: EndpointContext): object {
  const { loaded } = model;
  const created = new Date(Date.now() - context.status().uptimeSeconds * 1000);
  return {
    id: loaded.name,
    object: 'model',
    type: 'model',
    display_name: loaded.name,
    created: Math.floor(created.getTime() / 1000),
    created_at: created.toISOString(),
    owned_by: 'moonwright',
    context_length: loaded.contextTokens,
    family: loaded.family,
    aliases: model.aliases,
  };
}
