import { ChatModel } from '../../../native/daemon/chat/chat-model.ts';
import type { ToolFormat } from '../../../native/daemon/chat/formats/tool-format.ts';
import { PromptRunner } from '../../../native/daemon/kv/prompt-runner.ts';
import type { ModelRuntime } from '../../../native/daemon/session/model-runtime.ts';
import { FakeEngine } from './fake-engine.ts';
import { fakeVocabulary } from './fake-vocabulary.ts';
import { plainFormat } from '../daemon/plain-format.ts';

export interface FakeRuntimeOptions {
  /** The model's reply in the n-th assistant turn of a conversation. */
  readonly reply: (turn: number) => string;
  readonly contextTokens?: number;
  readonly format?: ToolFormat;
}

/** A loaded model with ChatML, bytes as tokens, and replies from a script. */
export function fakeRuntime(options: FakeRuntimeOptions): ModelRuntime & { readonly engine: FakeEngine } {
  const { contextTokens = 4096, format = plainFormat } = options;
  const { vocabulary, tokenizer, native, idOf } = fakeVocabulary({
    control: ['<|im_start|>', '<|im_end|>', '<|call|>'],
    ends: ['<|im_end|>'],
  });
  const start = idOf('<|im_start|>');
  const end = idOf('<|im_end|>');
  const opening = tokenizer.tokenize('assistant\n', false);
  const isReply = (tokens: readonly number[], at: number): boolean =>
    tokens[at] === start && opening.every((id, offset) => tokens[at + 1 + offset] === id);
  const next = (tokens: readonly number[]): number => {
    const at = tokens.lastIndexOf(start);
    const turn = tokens.filter((_, index) => isReply(tokens, index)).length - 1;
    return tokenizer.tokenize(options.reply(turn), true)[tokens.length - at - 1 - opening.length] ?? end;
  };
  const engine = new FakeEngine({ cells: contextTokens, next, ends: [end] });
  const runner = new PromptRunner(engine, { contextTokens, parallel: 4, queueMax: 16, rewindable: true });
  const plan = {
    model: 'fake',
    contextTokens,
    poolTokens: contextTokens,
    kvType: 'f16',
    kvBytesPerToken: 1,
    gpuLayers: 0,
    cpuExpertLayers: 0,
    parts: [],
    fits: true,
    notes: [],
    speed: undefined,
  } as const;
  const chatModel = new ChatModel({ tokenizer, vocabulary, template: undefined, format });
  return {
    loaded: {
      name: 'fake',
      path: '/fake.gguf',
      fingerprint: '00',
      contextTokens,
      poolTokens: contextTokens,
      family: 'fake',
      profile: 'full',
      tools: true,
      callsAsText: false,
      thinking: { kind: 'none', levels: [] },
      threads: 1,
      plan,
    },
    model: {
      vocabulary: () => native,
      tokenize: (text: string, special: boolean) => tokenizer.tokenize(text, special),
    } as ModelRuntime['model'],
    engine,
    vocabulary,
    chatModel,
    runner,
    fillSuffixFirst: false,
    samplingDefaults: { temperature: 0 },
    checkGrammar: async () => undefined,
    note: () => undefined,
    close: async () => {
      chatModel.close();
      await runner.close();
      await engine.close();
    },
  };
}
