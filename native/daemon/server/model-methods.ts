import type { LoadOptions } from '../../protocol/methods.ts';
import type { MemoryPlan, ModelSummary } from '../../protocol/model.ts';
import type { HandlerTable } from './handler-table.ts';
import type { Loadable, ModelLifecycle } from './model-lifecycle.ts';

/** What is known of models without loading one. */
export interface ModelKnowledge {
  list(loadedPath: string | undefined): Promise<readonly ModelSummary[]>;
  plan(options: LoadOptions): Promise<MemoryPlan>;
}

/** A loaded model that can count tokens. */
export interface Countable extends Loadable {
  /** Number of tokens of each text, special tokens' texts taken as plain text. */
  countTokens(texts: readonly string[]): Promise<readonly number[]>;
}

type ModelMethod = Extract<keyof HandlerTable, `model.${string}` | 'tokens.count'>;

export function modelMethods(lifecycle: ModelLifecycle<Countable>, models: ModelKnowledge): Pick<HandlerTable, ModelMethod> {
  return {
    'tokens.count': async ({ texts }) => ({ counts: await lifecycle.required().countTokens(texts) }),
    'model.list': async () => ({ models: await models.list(lifecycle.runtime?.loaded.path) }),
    'model.load': async (options, { signal, progress }) => {
      const runtime = await lifecycle.load(options, (fraction) => progress({ fraction }), signal);
      return runtime.loaded;
    },
    'model.unload': async () => {
      await lifecycle.unload();
      return {};
    },
    'model.plan': (options) => models.plan(options),
  };
}
