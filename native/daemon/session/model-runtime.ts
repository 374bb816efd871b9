import type { Addon, NativeEngine, NativeGrammar, NativeModel, NativeModelInfo } from '../../addon/contract.ts';
import { CodedError, toCodedError } from '../../protocol/coded-error.ts';
import type { SamplingOptions } from '../../protocol/generation.ts';
import type { LoadedModel, LoadOptions } from '../../protocol/methods.ts';
import type { BackendReport } from '../../protocol/model.ts';
import type { ModelThinking } from '../../protocol/thinking.ts';
import { ChatModel } from '../chat/chat-model.ts';
import { formatFor } from '../chat/formats/registry.ts';
import { Vocabulary } from '../chat/vocabulary.ts';
import { PromptRunner } from '../kv/prompt-runner.ts';
import { fingerprintModel } from '../models/fingerprint.ts';
import type { ModelFolders } from '../models/model-folders.ts';
import { resolveModel } from '../models/resolve.ts';
import type { ResolvedModel } from '../models/resolve.ts';
import { publicPlan } from '../plan/memory-plan.ts';
import type { ModelPlan } from '../plan/memory-plan.ts';
import { planModel } from '../plan/plan-model.ts';
import { EnergyMeter } from './energy-meter.ts';
import { machineEnergy } from './machine-energy.ts';
import { chatTemplate, makesEmbeddings, recommendedSampling } from './model-traits.ts';
import { readIdle } from './idle-cores.ts';
import { threadCount } from './thread-count.ts';
import type { ThreadCount } from './thread-count.ts';
import { ThreadGovernor } from './thread-governor.ts';
import { warmUp } from './warm-up.ts';

/** A loaded model and everything that generates text with it. */
export interface ModelRuntime {
  readonly loaded: LoadedModel;
  readonly model: NativeModel;
  readonly engine: NativeEngine;
  readonly vocabulary: Vocabulary;
  readonly chatModel: ChatModel;
  readonly runner: PromptRunner;
  /** Undefined where a GPU computes. */
  readonly energy?: EnergyMeter;
  /** Whether a prompt that fills a gap starts with the text behind it. */
  readonly fillSuffixFirst: boolean;
  /** The sampling that the catalogue or the model's file recommends, else values that suit most models. */
  readonly samplingDefaults: SamplingOptions;
  /** Reads a grammar on another thread. Throws `grammar.invalid` for one that the engine would refuse. */
  checkGrammar(grammar: Pick<NativeGrammar, 'gbnf' | 'root'>): Promise<void>;
  /** Logs a sentence about requests, once. */
  note(text: string): void;
  /** Returns one normalised vector per text; undefined where the model makes no embeddings. */
  readonly embed?: (texts: readonly Int32Array[]) => Promise<Float32Array[]>;
  /** Cancels all requests, then frees engine and model. Idempotent. */
  close(): Promise<void>;
}

/** Process-wide input of a load: the opened addon, the backend, the user's model folders and the log. */
export interface LoadEnvironment {
  readonly addon: Addon;
  readonly report: BackendReport;
  readonly folders: ModelFolders;
  log(level: 'debug' | 'info' | 'warn' | 'error', text: string): void;
}

/** Requests that run at the same time, unless the load options say otherwise. */
const parallelDefault = 4;
/** Requests that may wait. */
const queueMax = 64;
/**
 * Idle context beside the pool takes at most this, as llama-server's does, and at most this part of the RAM that the
 * model leaves.
 */
const shelfBytesMax = 8 * 1024 ** 3;
const shelfShare = 0.25;
/** Different notes about requests that are logged. */
const notesMax = 100;
/** Share of the loading progress that reading the weights takes. */
const weightsShare = 0.95;

/**
 * Loads a model: finds it, plans its memory, opens it and makes its engine. `onProgress` gets values from 0 to 1.
 * Throws `model.missing`, `model.invalid`, `model.unsupported`, `model.memory`, and `request.cancelled` when aborted.
 */
export async function loadModelRuntime(
  { addon, report, folders, log }: LoadEnvironment,
  options: LoadOptions,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<ModelRuntime> {
  const resolved = await resolveModel(options.model, folders);
  refuseWithoutVocabulary(resolved);
  const plan = await planModel({
    model: { header: resolved.header, name: resolved.name },
    devices: report.devices,
    options,
    entry: resolved.entry,
  });
  for (const note of plan.notes) log('info', note);
  if (!plan.loadable) throw tooLarge(resolved, plan);
  const fingerprint = await fingerprintModel(resolved.path, resolved.header);
  const model = await openModel(addon, resolved, plan, (fraction) => onProgress(fraction * weightsShare), signal);
  // Beside a GPU, waiting threads do not mean that the machine is busy.
  const adapts = report.backend === 'cpu';
  const isFixed = options.reproducible === true;
  const threads = threadCount(options.threads, adapts && !isFixed);
  if (options.threads !== undefined && options.threads > threads.most)
    log('info', `${threads.most} threads compute instead of ${options.threads}: this machine has no more processors.`);
  const isEmbedding = makesEmbeddings(model.info);
  const making = makeEngine(model, plan, { fingerprint, threads, isEmbedding });
  let chat: Chat | undefined;
  try {
    // Meanwhile another thread creates the engine.
    chat = chatOf(resolved, model, options.chatTemplate, log);
    const callsAsText = !isEmbedding && resolved.entry?.tools !== false && chat.chatModel.format.name === 'prompted';
    if (callsAsText)
      log('warn', `${resolved.name} is told of tools in plain text: its template has no calls that are read here.`);
    const [engine, thinking] = await Promise.all([making, isEmbedding ? noThinking : prepare(chat, resolved, signal)]);
    refuseAborted(signal);
    const governor = adapts && !isFixed ? new ThreadGovernor(engine, threads, readIdle) : undefined;
    const runner = new PromptRunner(engine, {
      contextTokens: plan.contextTokens,
      parallel: isFixed ? 1 : Math.min(options.parallel ?? parallelDefault, engine.info.sequencesMax),
      reproducible: isFixed,
      queueMax,
      rewindable: isRewindable(model.info),
      slidingWindow: model.info.slidingWindow,
      shelf: { limitBytes: isFixed ? 0 : shelfLimit(plan), note: (text) => log('warn', text) },
      pulse: () => governor?.look(),
      refusal: isEmbedding ? embeddingRefusal(resolved) : undefined,
    });
    onProgress(1);
    return {
      loaded: {
        ...describe(
          { resolved, plan, fingerprint, isEmbedding, callsAsText, thinking, threads: threads.most },
          engine.info.cells,
        ),
        ...(isFixed ? { reproducible: true } : {}),
      },
      model,
      engine,
      ...chat,
      samplingDefaults: { ...chat.samplingDefaults, ...options.sampling },
      runner,
      ...(report.backend === 'cpu' ? { energy: new EnergyMeter(machineEnergy()) } : {}),
      fillSuffixFirst: resolved.entry?.fim?.suffixFirst ?? false,
      ...(isEmbedding ? { embed: (texts: readonly Int32Array[]) => engine.embed(texts) } : {}),
      close: closeOnce(chat.chatModel, runner, engine, model),
    };
  } catch (error) {
    chat?.chatModel.close();
    await making.catch(() => undefined); // the model must stay open until its engine is made
    await model.close();
    throw error;
  }
}

/** llama.cpp opens such a model, and ends the process at the first text. */
function refuseWithoutVocabulary({ name, header }: ResolvedModel): void {
  const kind = header.metadata.string('tokenizer.ggml.model');
  if (kind !== 'none' && kind !== 'no_vocab') return;
  throw new CodedError('model.unsupported', `${name} has no vocabulary, so it reads no text: take another model.`);
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
  { fingerprint, threads, isEmbedding }: { fingerprint: Uint8Array; threads: ThreadCount; isEmbedding: boolean },
): Promise<NativeEngine> {
  try {
    return await model.createEngine({
      cells: plan.poolTokens,
      sequencesMax: plan.sequencesMax,
      batchTokens: plan.batchTokens,
      threads: threads.most,
      threadsBatch: threads.most,
      threadsFirst: threads.first,
      kvType: plan.kvType,
      flashAttention: 'auto',
      embeddings: isEmbedding,
      yarn: plan.yarn,
      fingerprint,
    });
  } catch (error) {
    throw toCodedError(error, 'engine.failed');
  }
}

/** The parts of a loaded model that turn a conversation into a request. */
export type Chat = Pick<ModelRuntime, 'vocabulary' | 'chatModel' | 'samplingDefaults' | 'checkGrammar' | 'note'>;

function chatOf(
  { name, entry }: ResolvedModel,
  model: NativeModel,
  chosenTemplate: string | undefined,
  log: LoadEnvironment['log'],
): Chat {
  const { info } = model;
  const vocabulary = new Vocabulary(model.vocabulary());
  const template = chosenTemplate ?? chatTemplate(info);
  const parts = {
    tokenizer: model,
    vocabulary,
    format: formatFor(template, info.architecture, vocabulary.specialTexts()),
    refusal: entry?.role === 'completion' ? completionRefusal(name) : undefined,
  };
  let chatModel: ChatModel;
  try {
    chatModel = new ChatModel({ ...parts, template });
  } catch (error) {
    // The user must know at once that a template of their own is wrong. One of the model leaves raw completions.
    if (toCodedError(error).code !== 'template.failed' || chosenTemplate !== undefined) throw error;
    const refusal = toCodedError(error).message;
    log('warn', refusal);
    chatModel = new ChatModel({ ...parts, template: undefined, refusal });
  }
  return {
    vocabulary,
    chatModel,
    samplingDefaults: entry?.sampling ?? recommendedSampling(info.metadata),
    checkGrammar: async ({ gbnf, root }) => {
      try {
        await model.checkGrammar(gbnf, root);
      } catch (error) {
        throw toCodedError(error, 'grammar.invalid');
      }
    },
    note: onceEach((text) => log('warn', text)),
  };
}

const noThinking: ModelThinking = { kind: 'none', levels: [] };

/**
 * Warms up, and finds how the model thinks. A model whose template cannot be probed reports its own error with the
 * first conversation.
 */
async function prepare(chat: Chat, { entry }: ResolvedModel, signal: AbortSignal): Promise<ModelThinking> {
  await warmUp(chat, signal);
  return await chat.chatModel.thinking(entry?.thinking, signal).catch(() => noThinking);
}

/** Agents send the same tools with every request: an equal text is not logged again. */
function onceEach(log: (text: string) => void): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    if (told.has(text) || told.size === notesMax) return;
    told.add(text);
    log(text);
  };
}

function closeOnce(
  chatModel: ChatModel,
  runner: PromptRunner,
  engine: NativeEngine,
  model: NativeModel,
): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    chatModel.close();
    await runner.close();
    await engine.close();
    await model.close();
  };
  return () => (closing ??= close());
}

function completionRefusal(name: string): string {
  return `${name} is a base model: it completes code and holds no conversation. Load another model to talk to.`;
}

function embeddingRefusal({ name }: ResolvedModel): string {
  return `${name} makes embeddings and no text: load another model to talk to.`;
}

interface Described {
  readonly resolved: ResolvedModel;
  readonly plan: ModelPlan;
  readonly fingerprint: Uint8Array;
  readonly isEmbedding: boolean;
  readonly callsAsText: boolean;
  readonly thinking: ModelThinking;
  readonly threads: number;
}

/** Description of a loaded model for clients; `cells`: the cells of its engine. */
function describe(described: Described, cells: number): LoadedModel {
  const { resolved, plan, fingerprint, isEmbedding, callsAsText, thinking, threads } = described;
  const { name, path, entry, header } = resolved;
  return {
    name,
    path,
    fingerprint: Buffer.from(fingerprint).toString('hex'),
    contextTokens: plan.contextTokens,
    poolTokens: cells,
    family: entry?.family ?? header.architecture,
    profile: entry?.profile ?? 'full',
    // True even if the template has no tools: the prompt then asks for calls in plain text.
    tools: entry?.tools ?? !isEmbedding,
    callsAsText,
    thinking,
    threads,
    plan: publicPlan(plan),
  };
}

/** Whether the KV of a sequence can be cut anywhere: not with a recurrent state or a sliding window. */
function isRewindable(info: NativeModelInfo): boolean {
  return !info.recurrent && !info.hybrid && info.slidingWindow === 0;
}

/** Bytes of RAM for idle contexts: a share of the RAM that the plan leaves free. */
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
  const fact = `${name} needs ${gigabytes(needed)} GB of memory and ${gigabytes(available)} GB are free`;
  const advice = plan.notes.at(-1) ?? 'Take a smaller model.';
  return new CodedError('model.memory', `${fact}. ${advice}`, { data: { needed, available } });
}

function refuseAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new CodedError('request.cancelled', 'Loading the model was cancelled.');
}
