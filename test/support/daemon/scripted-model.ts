import type { NativeLogprob } from '../../../native/addon/contract.ts';
import type { ChatMessage } from '../../../native/protocol/chat.ts';
import type { GenerateEvent, GenerateOptions, GenerateResult } from '../../../native/protocol/generation.ts';
import type { SessionSettings, StatusResult } from '../../../native/protocol/methods.ts';
import type { EndpointContext } from '../../../native/daemon/http/endpoint-context.ts';
import type { EndpointModel, OpenChat } from '../../../native/daemon/http/endpoint-model.ts';
import type { RunEvent, RunRequest, RunResult } from '../../../native/daemon/kv/run-request.ts';
import type { TurnContext } from '../../../native/daemon/session/generate-turn.ts';
import { StoredResponses } from '../../../native/daemon/http/openai/responses/stored-responses.ts';
import { RequestCounters } from '../../../native/daemon/http/request-counters.ts';

/** A chat request from the endpoint to the model. */
interface AskedChat {
  readonly settings: SessionSettings;
  readonly messages: readonly ChatMessage[];
  readonly options: GenerateOptions;
  readonly context: TurnContext;
}

export type ChatScript = (
  asked: AskedChat,
  onEvent: (event: GenerateEvent) => void,
) => Promise<GenerateResult> | GenerateResult;
export type RawScript = (
  request: RunRequest,
  onEvent: (event: RunEvent) => void,
  signal: AbortSignal,
) => Promise<RunResult> | RunResult;

export interface ScriptedModel extends EndpointModel {
  readonly chats: AskedChat[];
  readonly raws: RunRequest[];
}

/** An endpoint model that answers from scripts; a token is a UTF-16 code below 256, 0 ends a generation. */
export function scriptedModel(scripts: {
  readonly chat?: ChatScript;
  readonly raw?: RawScript;
  readonly parts?: Partial<EndpointModel>;
}): ScriptedModel {
  const chats: AskedChat[] = [];
  const raws: RunRequest[] = [];
  const openChat = (settings: SessionSettings, messages: readonly ChatMessage[]): OpenChat => ({
    fork: () => openChat(settings, messages),
    promptTokens: () => messages.reduce((count, message) => count + message.content.length, 0),
    async generate(options, onEvent, context) {
      const asked = { settings, messages, options, context };
      chats.push(asked);
      if (scripts.chat === undefined) throw new Error('no chat was scripted');
      return scripts.chat(asked, onEvent);
    },
  });
  return {
    chats,
    raws,
    loaded: {
      name: 'scripted',
      path: '/models/scripted.gguf',
      fingerprint: 'abcdef0123456789',
      contextTokens: 1000,
      poolTokens: 1000,
      family: 'test',
      profile: 'compact',
      tools: true,
      callsAsText: false,
      thinking: { kind: 'none', levels: [] },
      threads: 1,
      plan: {
        model: 'scripted',
        contextTokens: 1000,
        poolTokens: 1000,
        kvType: 'f16',
        kvBytesPerToken: 1,
        gpuLayers: 0,
        cpuExpertLayers: 0,
        parts: [],
        fits: true,
        notes: [],
        speed: undefined,
      },
    },
    aliases: ['scripted.gguf'],
    checkGrammar: () => Promise.resolve(),
    vocabulary: {
      size: 256,
      bos: undefined,
      fill: undefined,
      piece: (id) => Uint8Array.of(id),
      isEnd: (id) => id === 0,
    },
    openChat,
    tokenize: async (texts) => texts.map((text) => Int32Array.from(Buffer.from(text, 'latin1'))),
    sampling: (options) => ({
      temperature: options.temperature ?? 0.6,
      topK: options.topK ?? 0,
      topP: options.topP ?? 1,
      minP: options.minP ?? 0,
      repeatPenalty: 1,
      repeatLastN: 64,
      frequencyPenalty: 0,
      presencePenalty: 0,
      dryMultiplier: 0,
      dryBase: 1.75,
      dryAllowedLength: 2,
      dryLastN: -1,
      drySequenceBreakers: [],
      seed: options.seed ?? 1,
      logitBias: [],
    }),
    async run(request, onEvent, signal) {
      raws.push(request);
      if (scripts.raw === undefined) throw new Error('no completion was scripted');
      return scripts.raw(request, onEvent, signal);
    },
    counters: () => ({
      decodes: 12,
      decodesAborted: 2,
      tokensPrefilled: 40,
      tokensGenerated: 20,
      busySeconds: 1.5,
      threads: 1,
      busyCpuSeconds: 1.5,
    }),
    ...scripts.parts,
  };
}

/** A context around a model; `overrides` replaces parts of it. */
export function scriptedContext(
  model: EndpointModel | undefined,
  overrides: Partial<EndpointContext> = {},
): EndpointContext & { readonly logs: string[] } {
  const logs: string[] = [];
  const status: StatusResult = {
    model: model?.loaded,
    loading: undefined,
    sessions: 2,
    running: 1,
    waiting: 3,
    cells: { used: 100, total: 1000 },
    shelf: { used: 300, total: 3000 },
    totals: { reused: 70, computed: 40, generated: 20 },
    memoryBytes: 4096,
    uptimeSeconds: 60,
  };
  return {
    logs,
    model: () => model,
    status: () => status,
    counters: new RequestCounters(),
    responses: new StoredResponses(),
    log: (level, text) => logs.push(`${level}: ${text}`),
    ...overrides,
  };
}

/** A script that says `text`, in pieces. */
export function say(...pieces: string[]): ChatScript {
  return (_asked, onEvent) => {
    onEvent({ kind: 'prefill', reused: 3, computed: 2, total: 5 });
    for (const text of pieces) onEvent({ kind: 'text', text });
    return turn({ message: { role: 'assistant', content: pieces.join('') } });
  };
}

/** A finished turn: 5 prompt tokens, 3 of them reused, 4 generated. */
export function turn(parts: Partial<GenerateResult>): GenerateResult {
  return {
    message: { role: 'assistant', content: '' },
    brokenCalls: [],
    finish: 'stop',
    ids: [1, 2, 3, 4],
    usage: { reused: 3, computed: 2, generated: 4 },
    timings: { queue: 1, prefill: 10, decode: 30 },
    ...parts,
  };
}

/**
 * A script for a raw completion: says `text` as one token per character, with logprobs if requested. Like the engine,
 * it ends with the token that completes a stop string and says where that begins.
 */
export function write(text: string, result: Partial<RunResult> = {}): RawScript {
  return (request, onEvent) => {
    const stop = firstStop(text, request.stopStrings);
    const ids = Int32Array.from(Buffer.from(text.slice(0, stop?.end), 'latin1'));
    onEvent({ kind: 'prefill', reused: 0, computed: request.prompt.length, total: request.prompt.length });
    for (const token of ids) {
      const logprobs: NativeLogprob[] = [
        { token, logprob: -0.5, topTokens: Int32Array.of(token, 65), topLogprobs: Float32Array.of(-0.5, -1) },
      ];
      onEvent({ kind: 'tokens', tokens: Int32Array.of(token), ...(request.logprobs < 0 ? {} : { logprobs }) });
    }
    return {
      reason: stop === undefined ? 'end' : 'stop',
      ...(stop === undefined ? {} : { textBytes: stop.start }),
      ids,
      usage: { reused: 0, computed: request.prompt.length, generated: ids.length },
      timings: { queue: 0, prefill: 1, decode: 2 },
      ...result,
    };
  };
}

/** The stop string that is complete first, as offsets in the text; of two that end together, the longer one. */
export function firstStop(
  text: string,
  stops: readonly string[],
): { readonly start: number; readonly end: number } | undefined {
  return stops
    .map((stop) => ({ start: text.indexOf(stop), end: text.indexOf(stop) + stop.length }))
    .filter(({ start }) => start >= 0)
    .sort((one, other) => one.end - other.end || one.start - other.start)[0];
}
