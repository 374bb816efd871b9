import { z } from 'zod';
import type { AssistantMessage, ChatMessage, ToolCall } from '../../../protocol/chat.ts';
import { messagesMax } from '../../../protocol/limits.ts';
import { invalidField, optional } from '../wire/parse-fields.ts';
import { contentText, partText } from '../wire/text-content.ts';

const messageSchema = z.object({
  role: z.enum(['user', 'assistant', 'system']),
  content: z.union(
    [z.string(), z.array(z.record(z.string(), z.unknown()))],
    'Expected a string or an array of blocks.',
  ),
});

const toolUseSchema = z.object({ id: z.string(), name: z.string(), input: z.record(z.string(), z.unknown()) });
const toolResultSchema = z.object({
  tool_use_id: z.string(),
  content: z.unknown().optional(),
  is_error: optional(z.boolean()),
});
const thinkingSchema = z.object({ thinking: z.string() });

/** The `messages` of a request. Blocks are checked on reading. */
export const messagesSchema = z
  .array(z.unknown())
  .max(messagesMax, `Expected at most ${messagesMax} messages: leave out the oldest, or join short ones.`)
  .pipe(z.array(messageSchema).min(1, 'Expected at least one message.'));

type WireMessage = z.output<typeof messageSchema>;
type Block = Readonly<Record<string, unknown>>;

/**
 * Messages as the chat templates take them. Results of tools become messages of their own, in the place where they
 * stand. Throws request.invalid with the field.
 */
export function readMessages(wire: readonly WireMessage[]): ChatMessage[] {
  const names = new Map<string, string>();
  const messages = wire.flatMap(({ role, content }, at): ChatMessage[] => {
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    const field = `messages[${at}].content`;
    switch (role) {
      case 'system':
        return [{ role: 'system', content: contentText(blocks, field) }];
      case 'assistant':
        return [assistantMessage(blocks, field, names)];
      case 'user':
        return userMessages(blocks, field, names);
    }
  });
  if (wire.at(-1)?.role === 'assistant')
    throw invalidField(
      `messages[${wire.length - 1}]`,
      'Expected a message of the user at the end: the last message is not continued.',
    );
  return messages;
}

function assistantMessage(blocks: readonly Block[], field: string, names: Map<string, string>): AssistantMessage {
  const texts: string[] = [];
  const thoughts: string[] = [];
  const calls: ToolCall[] = [];
  for (const [at, block] of blocks.entries()) {
    const place = `${field}[${at}]`;
    if (block.type === 'thinking') thoughts.push(read(thinkingSchema, block, place).thinking);
    else if (block.type === 'redacted_thinking')
      continue; // of another model: nobody here can read it
    else if (block.type === 'tool_use') {
      const { id, name, input } = read(toolUseSchema, block, place);
      names.set(id, name);
      calls.push({ id, name, arguments: JSON.stringify(input) });
    } else texts.push(partText(block, place));
  }
  const reasoning = thoughts.join('');
  return {
    role: 'assistant',
    content: texts.join(''),
    ...(reasoning === '' ? {} : { reasoning }),
    ...(calls.length === 0 ? {} : { toolCalls: calls }),
  };
}

function userMessages(blocks: readonly Block[], field: string, names: ReadonlyMap<string, string>): ChatMessage[] {
  const messages: ChatMessage[] = [];
  let text: string | undefined;
  const endText = (): void => {
    if (text !== undefined) messages.push({ role: 'user', content: text });
    text = undefined;
  };
  for (const [at, block] of blocks.entries()) {
    const place = `${field}[${at}]`;
    if (block.type !== 'tool_result') {
      text = (text ?? '') + partText(block, place);
      continue;
    }
    endText();
    const { tool_use_id: id, content, is_error: failed } = read(toolResultSchema, block, place);
    const name = names.get(id);
    if (name === undefined)
      throw invalidField(`${place}.tool_use_id`, `No earlier message has a tool_use block with the id "${id}".`);
    const said = contentText(content, `${place}.content`);
    messages.push({ role: 'tool', content: failed === true ? `Error: ${said}` : said, toolCallId: id, name });
  }
  endText();
  return messages;
}

function read<T>(schema: z.ZodType<T>, block: Block, field: string): T {
  const parsed = schema.safeParse(block);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalidField([field, ...(issue?.path ?? [])].join('.'), issue?.message ?? 'Expected another value.');
}
