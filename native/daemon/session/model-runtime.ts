import type { Addon, NativeEngine, NativeModel } from '../../addon/contract.ts';
import { CodedError } from '../../protocol/coded-error.ts';
import type { SamplingOptions } from '../../protocol/generation.ts';
import type { LoadedModel, LoadOptions } from '../../protocol/methods.ts';
import type { BackendReport } from '../../protocol/model.ts';
import type { ChatCodec } from '../chat/chat-codec.ts';
import type { Vocabulary } from '../engine/vocabulary.ts';
import type { PromptRunner } from '../kv/prompt-runner.ts';

/** A loaded model and all that is needed to talk to it. */
export interface ModelRuntime {
  readonly loaded: LoadedModel;
  readonly model: NativeModel;
  readonly engine: NativeEngine;
  readonly vocabulary: Vocabulary;
  readonly codec: ChatCodec;
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
  log(level: 'debug' | 'info' | 'warn' | 'error', text: string): void;
}

/**
 * Loads a model: finds it, plans its memory, opens it and makes its engine. `onProgress` gets 0..1.
 * Throws `model.missing`, `model.invalid`, `model.unsupported`, `model.memory`, and `request.cancelled` when aborted.
 */
export function loadModelRuntime(_deps: RuntimeDeps, options: LoadOptions, _onProgress: (fraction: number) => void, _signal: AbortSignal): Promise<ModelRuntime> {
  return Promise.reject(new CodedError('model.unsupported', `${options.model} cannot be loaded yet.`));
}
