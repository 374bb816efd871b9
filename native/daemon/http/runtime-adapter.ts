import path from 'node:path';
import type { Conversation } from '../chat/conversation.ts';
import type { ModelRuntime } from '../session/model-runtime.ts';
import type { EndpointModel, FillTokens, OpenChat } from './endpoint-model.ts';
import { ReplayCache } from '../chat/replay-cache.ts';
import { generateTurn } from '../session/generate-turn.ts';
import { toNativeSampling } from '../session/sampling.ts';

/** The endpoint's view of a loaded model, with a cache of the conversations that clients replay. */
export function endpointModel(runtime: ModelRuntime, aliases: readonly string[]): EndpointModel {
  const { loaded, model, vocabulary, engine } = runtime;
  const file = path.basename(loaded.path);
  const conversations = new ReplayCache(runtime.chatModel);
  return {
    loaded,
    aliases: [...new Set([...aliases, file, path.basename(file, '.gguf')])].filter((name) => name !== loaded.name),
    vocabulary: {
      size: vocabulary.size,
      bos: vocabulary.addBos ? vocabulary.bos : undefined,
      fill: fillTokens(runtime),
      piece: (id) => vocabulary.piece(id),
      isEnd: (id) => vocabulary.isEnd(id),
    },
    openChat: async (settings, messages, signal) =>
      openChat(runtime, conversations, await conversations.open(settings, messages, signal)),
    tokenize: (texts, { special }) => model.tokenizeMany(texts, special),
    sampling: (options) => toNativeSampling(options, runtime.samplingDefaults),
    checkGrammar: (grammar) => runtime.checkGrammar(grammar),
    run: (request, onEvent, signal) => runtime.runner.run(request, onEvent, signal),
    ...(runtime.embed === undefined ? {} : { embed: runtime.embed }),
    counters: () => engine.counters(),
  };
}

function openChat(runtime: ModelRuntime, conversations: ReplayCache, conversation: Conversation): OpenChat {
  return {
    fork: () => openChat(runtime, conversations, conversation.fork()),
    promptTokens: async (signal) => (await conversation.prompt(signal)).ids.length,
    async generate(options, onEvent, context) {
      const result = await generateTurn(runtime, conversation, options, onEvent, context);
      if (result.finish !== 'cancelled') conversations.remember(conversation);
      return result;
    },
  };
}

function fillTokens({ model, fillSuffixFirst }: ModelRuntime): FillTokens | undefined {
  const { fillPrefix, fillSuffix, fillMiddle } = model.vocabulary();
  return fillPrefix < 0 || fillSuffix < 0 || fillMiddle < 0
    ? undefined
    : { prefix: fillPrefix, suffix: fillSuffix, middle: fillMiddle, suffixFirst: fillSuffixFirst };
}
