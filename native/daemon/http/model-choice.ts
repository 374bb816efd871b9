import { CodedError } from '../../protocol/coded-error.ts';
import type { EndpointContext } from './endpoint-context.ts';
import type { EndpointModel } from './endpoint-model.ts';

/** The loaded model. Throws model.not-loaded with the progress of the load. */
export function loadedModel(context: EndpointContext): EndpointModel {
  const model = context.model();
  if (model !== undefined) return model;
  const { loading } = context.status();
  if (loading === undefined)
    throw new CodedError('model.not-loaded', 'No model is loaded. Start the daemon with --model.');
  const percent = Math.floor(loading.fraction * 100);
  throw new CodedError('model.not-loaded', `${loading.model} is still loading (${percent} %). Try again soon.`, {
    data: { retryAfterSeconds: 2 },
  });
}

/** The loaded model if `name` is one of its names or left out. Throws model.unknown, model.not-loaded. */
export function chooseModel(context: EndpointContext, name: string | undefined): EndpointModel {
  const model = loadedModel(context);
  if (name === undefined || name === model.loaded.name || model.aliases.includes(name)) return model;
  throw new CodedError(
    'model.unknown',
    `The model "${name}" is not loaded here. The loaded model is "${model.loaded.name}".`,
    { data: { field: 'model' } },
  );
}
