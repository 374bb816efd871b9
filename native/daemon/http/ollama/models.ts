import { stat } from 'node:fs/promises';
import { z } from 'zod';
import type { EndpointContext } from '../endpoint-context.ts';
import type { EndpointModel } from '../endpoint-model.ts';
import type { RouteCall } from '../route.ts';
import { sendJson } from '../route.ts';
import { chooseModel } from '../model-choice.ts';
import { optional, parseFields } from '../wire/parse-fields.ts';
import { bodyBytesMaxDefault, readJsonBody } from '../../../local/request-body.ts';

/** The release of Ollama whose interface this is. Clients refuse releases that are too old for them. */
const release = '0.13.0';

const showSchema = z.object({ model: optional(z.string()), name: optional(z.string()) });

/** GET /api/version. */
export function showVersion({ response }: RouteCall): void {
  sendJson(response, { version: release });
}

/** GET /api/tags: the loaded model, or an empty list. */
export async function listTags({ response, context }: RouteCall): Promise<void> {
  const model = context.model();
  sendJson(response, { models: model === undefined ? [] : [await tagOf(model, context)] });
}

/** POST /api/show: what the loaded model is and can do. */
export async function showModel({ request, response, context }: RouteCall): Promise<void> {
  const fields = parseFields(showSchema, await readJsonBody(request, context.bodyBytesMax ?? bodyBytesMaxDefault));
  const model = chooseTag(context, fields.model ?? fields.name);
  const { family, contextTokens, tools, thinking } = model.loaded;
  sendJson(response, {
    modelfile: '',
    parameters: '',
    template: '',
    details: detailsOf(model),
    model_info: { 'general.architecture': family, [`${family}.context_length`]: contextTokens },
    capabilities: [
      'completion',
      ...(tools ? ['tools'] : []),
      ...(thinking.kind === 'none' ? [] : ['thinking']),
      ...(model.vocabulary.fill === undefined ? [] : ['insert']),
      ...(model.embed === undefined ? [] : ['embedding']),
    ],
    modified_at: startedAt(context),
  });
}

/** The loaded model by the name that Ollama's clients write, which may end in `:latest`. */
export function chooseTag(context: EndpointContext, name: string | undefined): EndpointModel {
  return chooseModel(context, name?.replace(/:latest$/, ''));
}

async function tagOf(model: EndpointModel, context: EndpointContext): Promise<object> {
  const { name, fingerprint, path } = model.loaded;
  const size = await stat(path).then(
    (file) => file.size,
    () => 0, // moved since it was loaded
  );
  return {
    name,
    model: name,
    modified_at: startedAt(context),
    size,
    digest: fingerprint,
    details: detailsOf(model),
  };
}

function detailsOf({ loaded }: EndpointModel): object {
  return {
    parent_model: '',
    format: 'gguf',
    family: loaded.family,
    families: [loaded.family],
    parameter_size: '',
    quantization_level: '',
  };
}

function startedAt(context: EndpointContext): string {
  return new Date(Date.now() - context.status().uptimeSeconds * 1000).toISOString();
}
