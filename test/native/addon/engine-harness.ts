/** The real addon with the embedded model nano, for tests of the engine. One model per test file. */
import path from 'node:path';
import type {
  NativeDone,
  NativeEngine,
  NativeEngineOptions,
  NativeEvent,
  NativeLogprob,
  NativeModel,
  NativeRequest,
  NativeSampling,
  NativeVocabulary,
} from '../../../native/addon/contract.ts';
import { loadAddon } from '../../../native/daemon/backend/addon-loader.ts';
import { findLibraries } from '../../../native/daemon/backend/library-locations.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const nanoPath = path.join(root, 'native/models/nano.gguf');

export const greedy: NativeSampling = {
  temperature: 0,
  topK: 0,
  topP: 1,
  minP: 0,
  repeatPenalty: 1,
  repeatLastN: 0,
  frequencyPenalty: 0,
  presencePenalty: 0,
  dryMultiplier: 0,
  dryBase: 1.75,
  dryAllowedLength: 2,
  dryLastN: 0,
  drySequenceBreakers: [],
  seed: 1,
  logitBias: [],
};

export interface Reply {
  readonly tokens: number[];
  readonly logprobs: NativeLogprob[];
  readonly events: NativeEvent[];
  readonly done: NativeDone;
}

export interface Running {
  readonly id: number;
  readonly reply: Promise<Reply>;
  /** Resolves once an event of this kind has come. */
  seen(kind: NativeEvent['kind']): Promise<void>;
}

export class Nano {
  readonly model: NativeModel;
  readonly vocabulary: NativeVocabulary;

  private constructor(model: NativeModel) {
    this.model = model;
    this.vocabulary = model.vocabulary();
  }

  static async load(): Promise<Nano> {
    const libraries = findLibraries('cpu');
    if (libraries === undefined) throw new Error('no llama.cpp libraries for this platform');
    const addon = loadAddon();
    addon.openLibraries(libraries, 'cpu');
    return new Nano(await addon.loadModel({ path: nanoPath, gpuLayers: 0 }, () => undefined).model);
  }

  engine(options: Partial<NativeEngineOptions> = {}): Promise<NativeEngine> {
    return this.model.createEngine({
      cells: 8192,
      sequencesMax: 8,
      batchTokens: 128,
      threads: 1,
      threadsBatch: 1,
      kvType: 'f16',
      flashAttention: 'auto',
      fingerprint: new Uint8Array(32).fill(7),
      ...options,
    });
  }

  tokens(text: string): Int32Array {
    return this.model.tokenize(text, true);
  }

  /** A question in the model's chat format, ready for a reply. */
  question(text: string): Int32Array {
    return this.tokens(`<|im_user|>user<|im_middle|>${text}<|im_end|><|im_assistant|>assistant<|im_middle|>`);
  }

  text(ids: Iterable<number>): string {
    return new TextDecoder().decode(Buffer.concat([...ids].map((id) => this.piece(id))));
  }

  piece(id: number): Uint8Array {
    return this.vocabulary.pieces.subarray(this.vocabulary.offsets[id], this.vocabulary.offsets[id + 1]);
  }
}

export function start(engine: NativeEngine, request: Partial<NativeRequest> & Pick<NativeRequest, 'tokens'>): Running {
  const tokens: number[] = [];
  const logprobs: NativeLogprob[] = [];
  const events: NativeEvent[] = [];
  const waiting: { kind: NativeEvent['kind']; resolve: () => void }[] = [];
  let id = 0;
  const reply = new Promise<Reply>((resolve) => {
    id = engine.start(fullRequest(request), (batch) => {
      for (const event of batch) {
        events.push(event);
        if (event.kind === 'tokens') {
          tokens.push(...event.tokens);
          logprobs.push(...(event.logprobs ?? []));
        }
        for (const wait of waiting) if (wait.kind === event.kind) wait.resolve();
        if (event.kind === 'done') resolve({ tokens, logprobs, events, done: event });
      }
    });
  });
  return {
    id,
    reply,
    seen: (kind) =>
      events.some((event) => event.kind === kind)
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push({ kind, resolve })),
  };
}

/** Starts a request and waits for its end. */
export function run(
  engine: NativeEngine,
  request: Partial<NativeRequest> & Pick<NativeRequest, 'tokens'>,
): Promise<Reply> {
  return start(engine, request).reply;
}

/** Runs a request in an empty sequence and empties it afterwards. */
export async function runAlone(
  engine: NativeEngine,
  request: Partial<NativeRequest> & Pick<NativeRequest, 'tokens'>,
): Promise<Reply> {
  const reply = await run(engine, request);
  await engine.removeSequence(request.sequence ?? 0, 0, -1);
  return reply;
}

/** A prompt of `count` arbitrary tokens, the same ones for the same `seed`. */
export function filler(count: number, seed = 0): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => 300 + (((index + seed) * 7919) % 1000));
}

/** Number of equal leading tokens. */
export function commonPrefix(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

function fullRequest(request: Partial<NativeRequest> & Pick<NativeRequest, 'tokens'>): NativeRequest {
  return {
    sequence: 0,
    position: 0,
    priority: 0,
    generateMax: 48,
    granted: 1_000_000,
    sampling: greedy,
    stopStrings: [],
    stopTokens: new Int32Array(0),
    logprobs: -1,
    ...request,
  };
}
