import type { Addon, NativeEngine, NativeModel, NativeModelInfo } from '../../addon/contract.ts';
import { CodedError, toCodedError } from '../../protocol/coded-error.ts';
import type { SamplingOptions } from '../../protocol/generation.ts';
import type { LoadedModel, LoadOptions } from '../../protocol/methods.ts';
import type { BackendReport } from '../../protocol/model.ts';
import { ChatModel } from '../chat/chat-model.ts';
import { formatFor } from '../chat/formats/registry.ts';
import { Vocabulary } from '../chat/vocabulary.ts';
import type { ShelfOptions } from '../kv/idle-shelf.ts';
import { PromptRunner } from '../kv/prompt-runner.ts';
import { fingerprintModel } from '../models/fingerprint.ts';
import type { ModelFolders } from '../models/model-folders.ts';
import { resolveModel } from '../models/resolve.ts';
import type { ResolvedModel } from '../models/resolve.ts';
import type { ModelPlan } from '../plan/memory-plan.ts';
import { planModel } from '../plan/plan-model.ts';
import { chatTemplate, makesEmbeddings, recommendedSampling } from './model-traits.ts';
import { threadCount } from './thread-count.ts';
import type { ThreadCount } from './thread-count.ts';
import { ThreadGovernor } from './thread-governor.ts';
import { warmUp } from './warm-up.ts';

/** A loaded model and all that is needed to talk to it. */
export interface ModelRuntime {
  readonly loaded: LoadedModel;
  readonly model: NativeModel;
  readonly engine: NativeEngine;
  readonly vocabulary: Vocabulary;
  readonly chatModel: ChatModel;
  readonly runner: PromptRunner;
  /** What the catalogue recommends, else what most models take. */
  readonly samplingDefaults: SamplingOptions;
  /** One normalised vector per text; only where the model makes them. */
  readonly embed?: (texts: readonly Int32Array[]) => Promise<Float32Array[]>;
  /** Cancels what runs, then frees engine and model. Idempotent. */
  close(): Promise<void>;
}

export interface RuntimeDeps {
  readonly addon: Addon;
  readonly report: BackendReport;
  /** Where models lie. */
  readonly folders: ModelFolders;
  log(level: 'debug' | 'info' | 'warn' | 'error', text: string): void;
}

/** Requests that run at the same time, and that may wait, when nobody says how many. */
const parallelDefault = 4;
const queueMax = 64;
/** Idle context beside the pool takes at most this, as llama-server's does, and at most this part of the RAM that the model leaves. */
const shelfBytesMax = 8 * 1024 ** 3;
const shelfShare = 0.25;
/** Part of the progress that reading the weights is. */
const weightsShare = 0.95;

/**
 * Loads a model: finds it, plans its memory, opens it and makes its engine. `onProgress` gets 0..1.
 * Throws `model.missing`, `model.invalid`, `model.unsupported`, `model.memory`, and `request.cancelled` when aborted.
 */
export async function loadModelRuntime(
  deps: RuntimeDeps,
  options: LoadOptions,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<ModelRuntime> {
  const resolved = await resolveModel(options.model, deps.folders);
  const plan = await planModel({
    model: { header: resolved.header, name: resolved.name },
    devices: deps.report.devices,
    options,
    entry: resolved.entry,
  });
  for (const note of plan.notes) deps.log('info', note);
  if (!plan.loadable) throw tooLarge(resolved, plan);
  const fingerprint = await fingerprintModel(resolved.path, resolved.header);
  const model = await openModel(deps.addon, resolved, plan, (fraction) => onProgress(fraction * weightsShare), signal);
  const adapts = deps.report.backend === 'cpu';
  const threads = threadCount(options.threads, adapts);
  const isEmbedding = makesEmbeddings(model.info);
  const making = makeEngine(model, plan, { fingerprint, threads, isEmbedding });
  try {
    // Another thread makes the engine meanwhile.
    const chat = chatOf(resolved, model);
    if (!isEmbedding) warmUp(chat);
    const engine = await making;
    refuseAborted(signal);
    const shelf = { limitBytes: shelfLimit(plan), note: (text: string) => deps.log('warn', text) };
    const runtime = assemble({
      resolved,
      plan,
      model,
      engine,
      chat,
      fingerprint,
      isEmbedding,
      shelf,
      parallel: options.parallel ?? parallelDefault,
      threads: adapts ? threads : undefined,
    });
    onProgress(1);
    return runtime;
  } catch (error) {
    await making.catch(() => undefined); // nothing is taken away from under it
    await model.close();
    throw error;
  }
}

async function openModel(
  addon: Addon,
  resolved: ResolvedModel,
  plan: ModelPlan,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<NativeModel> {
  refuseAborted(signal);
  const load = addon.loadModel(
    { path: resolved.path, gpuLayers: plan.gpuLayers, tensorPlacement: plan.tensorPlacement },
    onProgress,
  );
  const onAbort = (): void => load.cancel();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await load.model;
  } catch (error) {
    refuseAborted(signal);
    throw toCodedError(error, 'model.unsupported');
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function makeEngine(
  model: NativeModel,
  plan: ModelPlan,
  o: { readonly fingerprint: Uint8Array; readonly threads: ThreadCount; readonly isEmbedding: boolean },
): Promise<NativeEngine> {
  try {
    return await model.createEngine({
      cells: plan.poolTokens,
      sequencesMax: plan.sequencesMax,
      batchTokens: plan.batchTokens,
      threads: o.threads.most,
      threadsBatch: o.threads.most,
      threadsFirst: o.threads.first,
      kvType: plan.kvType,
      flashAttention: 'auto',
      embeddings: o.isEmbedding,
      yarn: plan.yarn,
      fingerprint: o.fingerprint,
    });
  } catch (error) {
    throw toCodedError(error, 'engine.failed');
  }
}

interface Parts {
  readonly resolved: ResolvedModel;
  readonly plan: ModelPlan;
  readonly model: NativeModel;
  readonly engine: NativeEngine;
  readonly fingerprint: Uint8Array;
  readonly isEmbedding: boolean;
  readonly chat: Chat;
  readonly shelf: ShelfOptions;
  readonly parallel: number;
  /** Where nothing but the CPU computes: beside a GPU, threads that wait are no sign of a busy machine. */
  readonly threads: ThreadCount | undefined;
}

/** What turns a conversation into a request. */
export type Chat = Pick<ModelRuntime, 'vocabulary' | 'chatModel' | 'samplingDefaults'>;

function chatOf({ entry }: ResolvedModel, model: NativeModel): Chat {
  const { info } = model;
  const vocabulary = new Vocabulary(model.vocabulary());
  const template = chatTemplate(info);
  const chatModel = new ChatModel({
    tokenizer: model,
    vocabulary,
    template,
    format: formatFor(template, info.architecture),
  });
  return { vocabulary, chatModel, samplingDefaults: entry?.sampling ?? recommendedSampling(info.metadata) };
}

function assemble(parts: Parts): ModelRuntime {
  const { resolved, plan, model, engine, chat, isEmbedding, shelf, parallel, threads } = parts;
  const { info } = model;
  const governor = threads === undefined ? undefined : new ThreadGovernor(engine, threads);
  const runner = new PromptRunner(engine, {
    contextTokens: plan.contextTokens,
    parallel: Math.min(parallel, engine.info.sequencesMax),
    queueMax,
    rewindable: isRewindable(info),
    slidingWindow: info.slidingWindow,
    shelf,
    pulse: () => governor?.look(),
    refusal: isEmbedding ? `${resolved.name} makes embeddings and no text: load another model to talk to.` : undefined,
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await runner.close();
    await engine.close();
    await model.close();
  };
  return {
    loaded: describe(parts),
    model,
    engine,
    ...chat,
    runner,
    ...(isEmbedding ? { embed: (texts: readonly Int32Array[]) => engine.embed(texts) } : {}),
    close: () => (closing ??= close()),
  };
}

function describe({ resolved, plan, engine, fingerprint, isEmbedding }: Parts): LoadedModel {
  const { name, path, entry, header } = resolved;
  const {
    loadable: _loadable,
    tensorPlacement: _placement,
    yarn: _yarn,
    sequencesMax: _sequences,
    batchTokens: _batch,
    weightBytes: _weights,
    layers: _layers,
    ...memoryPlan
  } = plan;
  return {
    name,
    path,
    fingerprint: Buffer.from(fingerprint).toString('hex'),
    contextTokens: plan.contextTokens,
    poolTokens: engine.info.cells,
    family: entry?.family ?? header.architecture,
    profile: entry?.profile ?? 'full',
    // Where the template knows no tools, calls are asked for in plain text.
    tools: entry?.tools ?? !isEmbedding,
    plan: memoryPlan,
  };
}

/** Whether the KV of a sequence can be cut anywhere: a running state and a sliding window cannot. */
function isRewindable(info: NativeModelInfo): boolean {
  return !info.recurrent && !info.hybrid && info.slidingWindow === 0;
}

/** Bytes of RAM for idle context, from what the plan leaves free of it. */
function shelfLimit({ parts: [ram] }: ModelPlan): number {
  if (ram === undefined) return 0;
  return Math.max(
    0,
    Math.min(shelfBytesMax, Math.floor(((ram.available ?? 0) - ram.weights - ram.kv - ram.compute) * shelfShare)),
  );
}

function tooLarge({ name }: ResolvedModel, plan: ModelPlan): CodedError {
  const needed = plan.parts.reduce((sum, part) => sum + part.weights + part.kv + part.compute, 0);
  const available = plan.parts.reduce((sum, part) => sum + (part.available ?? 0), 0);
  const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);
  return new CodedError(
    'model.memory',
    `${name} needs ${gigabytes(needed)} GB of memory and ${gigabytes(available)} GB are free. ${plan.notes.at(-1) ?? 'Take a smaller model.'}`,
    {
      data: { needed, available },
    },
  );
}

function refuseAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new CodedError('request.cancelled', 'Loading the model was cancelled.');
}
