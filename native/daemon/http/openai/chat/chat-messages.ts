import { z } from 'zod';
import type { AssistantMessage, ChatMessage, ToolCall, ToolMessage } from '../../../../protocol/chat.ts';
import { messagesMax } from '../../../../protocol/limits.ts';
import { contentText } from '../../wire/text-content.ts';
import { invalidField, optional } from '../../wire/parse-fields.ts';

const roles = ['system', 'developer', 'user', 'assistant', 'tool'] as const;

/** Roles that allow messages without content. */
const silent: ReadonlySet<string> = new Set(['assistant', 'tool']);

const callSchema = z.object({
  id: optional(z.string()),
  type: optional(z.literal('function')),
  // Some clients send arguments as an object although the interface says text.
  function: z.object({
    name: z.string(),
    arguments: optional(z.union([z.string(), z.record(z.string(), z.unknown())], 'Expected JSON text.')),
  }),
});

/** Fields that ask to continue the last message; only false is accepted. */
export const notContinued = optional(
  z.literal(false, 'Expected false: the last message is not continued, the answer is a message of its own.'),
);

const messageSchema = z.object({
  role: z.enum(roles, {
    error: ({ input }) =>
      input === 'function'
        ? 'Expected "tool": results of functions are messages of that role, with a tool_call_id.'
        : undefined,
  }),
  content: z.unknown().optional(),
  reasoning_content: optional(z.string()),
  reasoning: optional(z.string()), // the newer name of the same
  tool_calls: optional(z.array(callSchema)),
  function_call: z.null('Expected "tool_calls": the older form of calls is not read.').optional(),
  tool_call_id: optional(z.string()),
  name: optional(z.string()),
  // Other servers' fields for continuing this message. Ignoring them would start a new answer, so they are refused.
  partial: notContinued,
  prefix: notContinued,
});

/** The `messages` of a request. Parts of `content` are checked on reading. */
export const messagesSchema = z
  .array(z.unknown())
  .max(messagesMax, `Expected at most ${messagesMax} messages: leave out the oldest, or join short ones.`)
  .pipe(z.array(messageSchema).min(1, 'Expected at least one message.'));

type WireMessage = z.output<typeof messageSchema>;

/**
 * Messages as the chat templates take them: `developer` is `system`, text parts are joined, and a tool's message gets
 * the name of its call. Ids of calls stay as they are; where they are missing, results belong to calls in their order.
 * Throws request.invalid with the field.
 */
export function readMessages(wire: readonly WireMessage[]): ChatMessage[] {
  const calls = new MadeCalls();
  return wire.map((message, at) => {
    const field = `messages[${at}]`;
    if ((message.content ?? undefined) === undefined && !silent.has(message.role))
      throw invalidField(`${field}.content`, 'Expected a string or an array of text parts.');
    const content = contentText(message.content, `${field}.content`);
    switch (message.role) {
      case 'system':
      case 'developer':
        return { role: 'system', content };
      case 'user':
        return { role: 'user', content };
      case 'assistant':
        return assistantMessage(message, content, calls);
      case 'tool':
        return toolMessage(message, content, calls, field);
    }
  });
}

interface MadeCall {
  readonly id: string;
  readonly name: string;
}

/** The calls of the messages so far, and which of them have no result yet. */
class MadeCalls {
  readonly #names = new Map<string, string>();
  #open: MadeCall[] = [];
  #count = 0;

  /** Notes a call; gives its id, a new one where it has none. */
  make(given: string | undefined, name: string): string {
    const id = given === undefined || given === '' ? `functions.${name}:${this.#count}` : given;
    this.#count += 1;
    this.#names.set(id, name);
    this.#open.push({ id, name });
    return id;
  }

  /** The call that a result without an id belongs to: the first open one, of that name where it has one. */
  next(name: string | undefined): MadeCall | undefined {
    return this.#open.find((call) => name === undefined || name === '' || call.name === name);
  }

  nameOf(id: string): string | undefined {
    return this.#names.get(id);
  }

  close(id: string): void {
    const at = this.#open.findIndex((call) => call.id === id);
    if (at >= 0) this.#open.splice(at, 1);
  }
}

function assistantMessage(message: WireMessage, content: string, made: MadeCalls): AssistantMessage {
  const calls = (message.tool_calls ?? []).map((call): ToolCall => ({
    id: made.make(call.id, call.function.name),
    name: call.function.name,
    arguments: argumentsText(call.function.arguments),
  }));
  const reasoning = message.reasoning_content ?? message.reasoning;
  return {
    role: 'assistant',
    content,
    ...(reasoning ? { reasoning } : {}),
    ...(calls.length > 0 ? { toolCalls: calls } : {}),
  };
}

function toolMessage(message: WireMessage, content: string, made: MadeCalls, field: string): ToolMessage {
  const given = message.tool_call_id;
  const id = given === undefined || given === '' ? made.next(message.name)?.id : given;
  if (id === undefined)
    throw invalidField(`${field}.tool_call_id`, 'Expected the id of the call that this is the result of.');
  made.close(id);
  // Kimi's ids name the tool, which helps when a client has dropped the call from its history.
  const name = made.nameOf(id) ?? message.name ?? /^functions\.(.+):\d+$/.exec(id)?.[1];
  if (name === undefined)
    throw invalidField(
      `${field}.tool_call_id`,
      `No earlier assistant message has a call with the id "${id}". Send that message too, or a name.`,
    );
  return { role: 'tool', content, toolCallId: id, name };
}

function argumentsText(value: string | Record<string, unknown> | undefined): string {
  if (value === undefined) return '{}';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
