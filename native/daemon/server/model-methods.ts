import type { ModelSummary } from '../../protocol/model.ts';
import type { HandlerTable } from './handler-table.ts';
import type { Loadable, ModelLifecycle } from './model-lifecycle.ts';

/** What the methods ask about models. */
export interface ModelApi {
  list(loadedName: string | undefined): Promise<readonly ModelSummary[]>;
  /** Tokens of each text for the loaded model, texts of special tokens taken as plain text. Throws `model.not-loaded`. */
  countTokens(texts: readonly string[]): Promise<readonly number[]>;
}

type ModelMethod = Extract<keyof HandlerTable, `model.${string}` | 'tokens.count'>;

export function modelMethods(lifecycle: ModelLifecycle<Loadable>, models: ModelApi): Pick<HandlerTable, ModelMethod> {
  return {
    'tokens.count': async ({ texts }) => ({ counts: await models.countTokens(texts) }),
    'model.list': async () => ({ models: await models.list(lifecycle.runtime?.loaded.name) }),
    'model.load': async (options, { signal, progress }) => {
      const runtime = await lifecycle.load(options, (fraction) => progress({ fraction }), signal);
      return runtime.loaded;
    },
  };
}
