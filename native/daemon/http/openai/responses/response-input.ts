import { z } from 'zod';
import type { AssistantMessage, ChatMessage, ToolCall } from '../../../../protocol/chat.ts';
import { messagesMax } from '../../../../protocol/limits.ts';
import { invalidField, optional } from '../../wire/parse-fields.ts';
import { contentText } from '../../wire/text-content.ts';

const messageSchema = z.object({
  type: optional(z.literal('message')),
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: z.unknown(),
});
const callSchema = z.object({
  type: z.literal('function_call'),
  call_id: z.string(),
  name: z.string(),
  arguments: z.string(),
});
const outputSchema = z.object({ type: z.literal('function_call_output'), call_id: z.string(), output: z.unknown() });
const reasoningSchema = z.object({
  type: z.literal('reasoning'),
  content: optional(z.array(z.object({ text: z.string() }))),
});

const itemSchema = z.union(
  [callSchema, outputSchema, reasoningSchema, messageSchema],
  'Expected a message, function_call, function_call_output or reasoning: other items are not read here.',
);

/** The `input` of a request: a question, or the items of a conversation. */
export const inputSchema = z.union([
  z.string(),
  z
    .array(z.unknown())
    .max(messagesMax, `Expected at most ${messagesMax} items: leave out the oldest, or join short ones.`)
    .pipe(z.array(itemSchema)),
]);

/**
 * The items as messages, after `earlier` ones. A model's thoughts, text and calls come as items of their own and are
 * one message here. Throws request.invalid with the field.
 */
export function readInput(input: z.output<typeof inputSchema>, earlier: readonly ChatMessage[]): ChatMessage[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  const reader = new InputReader(earlier);
  for (const [at, item] of input.entries()) {
    const field = `input[${at}]`;
    if (item.type === 'function_call') reader.call({ id: item.call_id, name: item.name, arguments: item.arguments });
    else if (item.type === 'function_call_output')
      reader.output(item.call_id, contentText(item.output, `${field}.output`), field);
    else if (item.type === 'reasoning') reader.reasoning((item.content ?? []).map((part) => part.text).join(''));
    else reader.message(item.role, contentText(item.content, `${field}.content`));
  }
  return reader.finish();
}

interface Answer {
  content: string;
  reasoning: string;
  readonly calls: ToolCall[];
}

class InputReader {
  readonly #messages: ChatMessage[] = [];
  readonly #names = new Map<string, string>();
  #answer: Answer | undefined;

  constructor(earlier: readonly ChatMessage[]) {
    for (const message of earlier)
      for (const call of message.role === 'assistant' ? (message.toolCalls ?? []) : [])
        this.#names.set(call.id, call.name);
  }

  message(role: z.output<typeof messageSchema>['role'], content: string): void {
    if (role === 'assistant') {
      this.#open().content += content;
      return;
    }
    this.#close();
    this.#messages.push({ role: role === 'developer' ? 'system' : role, content });
  }

  reasoning(text: string): void {
    this.#open().reasoning += text;
  }

  call(call: ToolCall): void {
    this.#names.set(call.id, call.name);
    this.#open().calls.push(call);
  }

  output(id: string, content: string, field: string): void {
    const name = this.#names.get(id);
    if (name === undefined) throw invalidField(`${field}.call_id`, `No earlier function_call has the call_id "${id}".`);
    this.#close();
    this.#messages.push({ role: 'tool', content, toolCallId: id, name });
  }

  finish(): ChatMessage[] {
    this.#close();
    return this.#messages;
  }

  #open(): Answer {
    this.#answer ??= { content: '', reasoning: '', calls: [] };
    return this.#answer;
  }

  #close(): void {
    if (this.#answer === undefined) return;
    const { content, reasoning, calls } = this.#answer;
    const message: AssistantMessage = {
      role: 'assistant',
      content,
      ...(reasoning === '' ? {} : { reasoning }),
      ...(calls.length === 0 ? {} : { toolCalls: calls }),
    };
    this.#messages.push(message);
    this.#answer = undefined;
  }
}
