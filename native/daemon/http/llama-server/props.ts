import path from 'node:path';
import type { RouteCall } from '../route.ts';
import { sendJson } from '../route.ts';
import { loadedModel } from '../model-choice.ts';

/** GET /props: those facts of llama.cpp's server that are true here. */
export function showProps({ response, context }: RouteCall): void {
  const { loaded } = loadedModel(context);
  sendJson(response, {
    default_generation_settings: { n_ctx: loaded.contextTokens },
    model_alias: loaded.name,
    model_path: path.basename(loaded.path),
    modalities: { vision: false, audio: false },
  });
}
