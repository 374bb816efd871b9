import type { ChatMessage, ToolCall, ToolDefinition } from '../../../protocol/chat.ts';
import { thinkTags, type ThinkingStyle } from './reading/incremental-parser.ts';
import { callTags, taggedObjectGrammar } from './hermes-qwen.ts';
import { ObjectCallParser } from './reading/object-calls.ts';
import { parseJson } from './reading/argument-repair.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import { reasoningBefore } from './grammar/reasoning-grammar.ts';
import type { ToolFormat } from './tool-format.ts';

/** A model with a template without tools: the system message describes them, calls are tagged text. */
export const prompted = promptedWith(thinkTags);

/** The same for a model with reasoning between the given marks. */
export function promptedWith(thinking: ThinkingStyle): ToolFormat {
  return {
    name: 'prompted',
    matches: () => true,
    parser: (options) =>
      new ObjectCallParser(options, {
        open: [
          { tag: callTags.open, tentative: false },
          { tag: '```tool_call', tentative: false },
          { tag: '```json', tentative: true },
        ],
        close: [callTags.close, '```'],
        bare: true,
        thinking,
      }),
    grammar: (request) => taggedObjectGrammar(request, thinking),
    markers: [thinking.open, thinking.close, callTags.open, callTags.close],
    reasoning: reasoningMarks(thinking),
    answerPrefix: (start) => reasoningBefore(start, thinking),
    promptMessages,
  };
}

/** Description of the tools for the system message. */
function promptTools(tools: readonly ToolDefinition[]): string {
  const list = tools.map(({ name, description, parameters }) => JSON.stringify({ name, description, parameters }));
  return [
    'You can use these tools:',
    '',
    '<tools>',
    ...list,
    '</tools>',
    '',
    'To use a tool, write its name and arguments as JSON in this form, and then stop:',
    '',
    callTags.open,
    '{"name": "tool name", "arguments": {"argument": "value"}}',
    callTags.close,
    '',
    'The result comes in the next message, in <tool_response>. ' +
      'Use one tool at a time, only tools from the list, and never invent a result.',
  ].join('\n');
}

/**
 * The conversation for a template without tools: tools at the end of the system message, calls as the text the model
 * is asked to write, results in user messages (those of one turn together: roles have to alternate).
 */
function promptMessages(messages: readonly ChatMessage[], tools: readonly ToolDefinition[]): ChatMessage[] {
  const prompted: ChatMessage[] = [];
  const system = messages[0]?.role === 'system' ? messages[0].content : undefined;
  if (tools.length > 0)
    prompted.push({ role: 'system', content: system ? `${system}\n\n${promptTools(tools)}` : promptTools(tools) });
  else if (system !== undefined) prompted.push({ role: 'system', content: system });
  for (const message of system === undefined ? messages : messages.slice(1)) prompted.push(asPlain(message));
  return prompted.reduce<ChatMessage[]>(joinUser, []);
}

function asPlain(message: ChatMessage): ChatMessage {
  if (message.role === 'tool')
    return { role: 'user', content: `<tool_response>\n${message.content}\n</tool_response>` };
  if (message.role !== 'assistant' || !message.toolCalls?.length) return message;
  const parts = [message.content, ...message.toolCalls.map(callText)].filter((part) => part !== '');
  const { toolCalls: _, ...rest } = message;
  return { ...rest, content: parts.join('\n') };
}

function callText(call: ToolCall): string {
  const value = parseJson(call.arguments) ? call.arguments : JSON.stringify(call.arguments);
  return `${callTags.open}\n{"name": ${JSON.stringify(call.name)}, "arguments": ${value}}\n${callTags.close}`;
}

function joinUser(joined: ChatMessage[], message: ChatMessage): ChatMessage[] {
  const last = joined.at(-1);
  if (last?.role === 'user' && message.role === 'user')
    joined[joined.length - 1] = { role: 'user', content: `${last.content}\n${message.content}` };
  else joined.push(message);
  return joined;
}
