import { CodedError, toCodedError } from '../../native/protocol/coded-error.ts';
import { isRecord } from '../workspace/is-record.ts';
import type { EngineClient } from './engine-client.ts';

export interface ServedModel {
  readonly id: string;
  /** Tokens a conversation may have; undefined when the list does not say it. */
  readonly contextTokens: number | undefined;
  /** Who the list says serves it. */
  readonly owner?: string;
}

/** Names of the window in `/v1/models`: vLLM and SGLang, Moonwright and routers, other services. */
const windowFields = ['max_model_len', 'context_length', 'context_window'] as const;
const modelsMax = 1000;

/** The models that the engine offers. Rejects like `EngineClient.ask`. */
export async function servedModels(client: EngineClient, signal: AbortSignal): Promise<readonly ServedModel[]> {
  const answer = await client.ask(`${client.address.base}/models`, signal);
  const list = isRecord(answer) ? answer.data : undefined;
  if (!Array.isArray(list))
    throw new CodedError('engine.failed', `${client.address.host} does not speak OpenAI's API.`);
  return list.slice(0, modelsMax).flatMap((entry: unknown) => {
    if (!isRecord(entry) || typeof entry.id !== 'string' || entry.id === '') return [];
    const contextTokens = windowFields.map((field) => tokensIn(entry[field])).find(isKnown);
    return [{ id: entry.id, contextTokens, ...(typeof entry.owned_by === 'string' && { owner: entry.owned_by }) }];
  });
}

/**
 * The window of a model, from the list or from what the server has beside OpenAI's API. Undefined: it says nothing.
 * Rejects with `auth.denied` when llama-server refuses the key: many of its releases list their models without one.
 */
export async function contextOf(
  client: EngineClient,
  model: ServedModel,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (model.contextTokens !== undefined) return model.contextTokens;
  for (const read of [llamaServerContext, ollamaContext, studioContext]) {
    const found = await read(client, model.id, signal).catch((thrown: unknown) => {
      if (signal.aborted) throw thrown;
      if (model.owner === 'llamacpp' && toCodedError(thrown).code === 'auth.denied') throw thrown;
      return undefined; // another kind of server
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** llama-server: the window of one slot. */
async function llamaServerContext(client: EngineClient, model: string, signal: AbortSignal) {
  const named = `${client.address.root}/props?model=${encodeURIComponent(model)}&autoload=false`;
  const props = await client.ask(named, signal);
  const settings = isRecord(props) ? props.default_generation_settings : undefined;
  return isRecord(settings) ? tokensIn(settings.n_ctx) : undefined;
}

/**
 * Ollama: the window that the model runs with, else the one that its file sets. The length it was trained with, which
 * Ollama also tells, is not what it serves: it cuts longer conversations without a word.
 */
async function ollamaContext(client: EngineClient, model: string, signal: AbortSignal) {
  const { root } = client.address;
  const running = await client.ask(`${root}/api/ps`, signal);
  const list = isRecord(running) && Array.isArray(running.models) ? (running.models as unknown[]) : [];
  const entry = list.find((one) => isRecord(one) && (one.name === model || one.model === model));
  const runs = isRecord(entry) ? tokensIn(entry.context_length) : undefined;
  if (runs !== undefined) return runs;
  const shown = await client.ask(`${root}/api/show`, signal, { model });
  const parameters = isRecord(shown) && typeof shown.parameters === 'string' ? shown.parameters : '';
  return tokensIn(Number(/^\s*num_ctx\s+(\d+)/m.exec(parameters)?.[1]));
}

/** LM Studio: the window that the model is loaded with. */
async function studioContext(client: EngineClient, model: string, signal: AbortSignal) {
  const entry = await client.ask(`${client.address.root}/api/v0/models/${encodeURIComponent(model)}`, signal);
  return isRecord(entry) ? tokensIn(entry.loaded_context_length) : undefined;
}

function tokensIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

function isKnown(value: number | undefined): value is number {
  return value !== undefined;
}
