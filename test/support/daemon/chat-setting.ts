import { ChatModel } from '../../../native/daemon/chat/chat-model.ts';
import type { AssistantMessage, ChatMessage, ToolDefinition } from '../../../native/protocol/chat.ts';
import { fakeVocabulary } from '../engine/fake-vocabulary.ts';
import type { FakeVocabulary } from '../engine/fake-vocabulary.ts';
import { plainFormat } from './plain-format.ts';
import { readTemplate, templateFamilies } from '../models/template-families.ts';
import type { TemplateFamily } from '../models/template-families.ts';

/** One tool, for conversations of tests. */
export const tools: ToolDefinition[] = [
  {
    name: 'get_x',
    description: 'Gets x.',
    parameters: { type: 'object', properties: { path: { type: 'string', description: 'Where.' } }, required: ['path'] },
  },
];
/** A message that calls it, and the result of that call. */
export const call = (index: number): AssistantMessage => ({
  role: 'assistant',
  content: '',
  toolCalls: [{ id: `functions.get_x:${index}`, name: 'get_x', arguments: '{"path": "a"}' }],
});
export const result = (index: number, content = `result ${index}`): ChatMessage => ({
  role: 'tool',
  content,
  toolCallId: `functions.get_x:${index}`,
  name: 'get_x',
});

export interface Setting {
  readonly family: TemplateFamily;
  readonly fake: FakeVocabulary;
  readonly chatModel: ChatModel;
  readonly text: (ids: Iterable<number>) => string;
  readonly say: (text: string) => Int32Array;
}

/** A family's real chat template over a small vocabulary that has its special tokens. */
export function setting(name: string, now = new Date(2026, 0, 2)): Setting {
  const family = templateFamilies.find((candidate) => candidate.name === name)!;
  const fake = fakeVocabulary(family);
  const chatModel = new ChatModel({
    tokenizer: fake.tokenizer,
    vocabulary: fake.vocabulary,
    template: readTemplate(name),
    format: plainFormat,
    now: () => now,
  });
  return {
    family,
    fake,
    chatModel,
    text: (ids) => fake.vocabulary.text(ids),
    say: (text) => fake.tokenizer.tokenize(text, true),
  };
}
