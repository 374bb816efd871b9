import type { LoadedModel, LoadOptions } from '../../protocol/methods.ts';
import type { FoundModels, ModelSummary, PlannedModel } from '../../protocol/model.ts';
import type { HandlerTable } from './handler-table.ts';
import type { Loadable, ModelLifecycle } from './model-lifecycle.ts';

/** Model look-ups for the methods. */
export interface ModelApi {
  list(loadedName: string | undefined): Promise<readonly ModelSummary[]>;
  find(): Promise<FoundModels>;
  /** Plans a model as if `loaded` were closed before it. Throws the errors of loading that come before the memory. */
  plan(options: LoadOptions, loaded: LoadedModel | undefined): Promise<PlannedModel>;
  /**
   * Number of tokens of each text for the loaded model; names of special tokens count as plain text. Throws
   * `model.not-loaded`.
   */
  countTokens(texts: readonly string[]): Promise<readonly number[]>;
}

type ModelMethod = Extract<keyof HandlerTable, `model.${string}` | 'tokens.count'>;

/** The handlers for methods about models. */
export function modelMethods(lifecycle: ModelLifecycle<Loadable>, models: ModelApi): Pick<HandlerTable, ModelMethod> {
  return {
    'tokens.count': async ({ texts }) => ({ counts: await models.countTokens(texts) }),
    'model.list': async () => ({ models: await models.list(lifecycle.runtime?.loaded.name) }),
    'model.find': () => models.find(),
    'model.plan': (options) => models.plan(options, lifecycle.runtime?.loaded),
    'model.load': async ({ running, exactly, ...options }, { signal, progress }) => {
      const manner = { running, exactly };
      const runtime = await lifecycle.load(options, (fraction) => progress({ fraction }), signal, manner);
      return runtime.loaded;
    },
  };
}
