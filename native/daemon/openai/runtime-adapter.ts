import path from 'node:path';
import type { Conversation } from '../chat/conversation.ts';
import type { ModelRuntime } from '../session/model-runtime.ts';
import type {
  FillTokens,
  OpenChat,
  RawEvent,
  RawRequest,
  RawResult,
  RunControl,
  EndpointModel,
} from './endpoint-model.ts';
import { priorities } from '../../protocol/generation.ts';
import { ReplayCache } from '../chat/replay-cache.ts';
import { generateTurn } from '../session/generate-turn.ts';
import { toNativeSampling } from '../session/sampling.ts';

/** A loaded model as the endpoint sees it, with a memory of the conversations that its clients replay. */
export function endpointModel(runtime: ModelRuntime): EndpointModel {
  const { loaded, model, vocabulary, engine } = runtime;
  const file = path.basename(loaded.path);
  const conversations = new ReplayCache(runtime.chatModel);
  return {
    loaded,
    aliases: [...new Set([file, path.basename(file, '.gguf')])].filter((name) => name !== loaded.name),
    vocabulary: {
      size: vocabulary.size,
      bos: vocabulary.addBos ? vocabulary.bos : undefined,
      fill: fillTokens(runtime),
      piece: (id) => vocabulary.piece(id),
      isEnd: (id) => vocabulary.isEnd(id),
    },
    openChat: async (settings, messages) =>
      openChat(runtime, conversations, await conversations.openPrepared(settings, messages)),
    tokenize: (texts, { special }) => model.tokenizeMany(texts, special),
    sampling: (options) => toNativeSampling(options, runtime.samplingDefaults),
    run: (request, onEvent, control) => run(runtime, request, onEvent, control),
    ...(runtime.embed === undefined ? {} : { embed: runtime.embed }),
    counters: () => engine.counters(),
  };
}

function openChat(runtime: ModelRuntime, conversations: ReplayCache, conversation: Conversation): OpenChat {
  return {
    fork: () => openChat(runtime, conversations, conversation.fork()),
    async generate(options, onEvent, control) {
      const result = await generateTurn(runtime, conversation, options, onEvent, control);
      if (result.finish !== 'cancelled') conversations.remember(conversation);
      return result;
    },
  };
}

async function run(
  runtime: ModelRuntime,
  request: RawRequest,
  onEvent: (event: RawEvent) => void,
  { signal, ready }: RunControl,
): Promise<RawResult> {
  const result = await runtime.runner.run(
    {
      prompt: request.prompt,
      maxTokens: request.maxTokens,
      sampling: request.sampling,
      stopStrings: request.stop,
      stopTokens: new Int32Array(),
      ignoreEndOfGeneration: request.ignoreEnd,
      logprobs: request.logprobs,
      priority: priorities[request.priority],
      ready,
    },
    onEvent,
    signal,
  );
  return { ...result, reason: result.reason === 'prefilled' ? 'length' : result.reason };
}

function fillTokens({ model }: ModelRuntime): FillTokens | undefined {
  const { fillPrefix, fillSuffix, fillMiddle } = model.vocabulary();
  return fillPrefix < 0 || fillSuffix < 0 || fillMiddle < 0
    ? undefined
    : { prefix: fillPrefix, suffix: fillSuffix, middle: fillMiddle };
}
