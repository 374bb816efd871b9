import type { ToolDefinition } from '../../native/protocol/chat.ts';
import { isRecord } from '../workspace/is-record.ts';

/** A call that the engine left in the text. `arguments` is JSON text. */
export interface PrintedCall {
  readonly name: string;
  readonly arguments: string;
}

/** How models begin their calls. An engine that knows the model's format shows none of these. */
export const callMarks: readonly string[] = [
  '<tool_call>',
  '<tool_calls>',
  '<function=',
  '<function_calls>',
  '<|tool_calls_section_begin|>',
  '<|tool_call_begin|>',
  '<｜tool▁calls▁begin｜>',
  '<|tool_call>',
  '[TOOL_CALLS]',
  '<minimax:tool_call>',
];

/**
 * Reads the calls in text that begins with a mark, in the formats that are read without doubt: JSON within
 * `<tool_call>`, `<function=…>` with parameters, Kimi's and Mistral's. Only calls of `tools` count.
 */
export function printedCalls(text: string, tools: readonly ToolDefinition[]): PrintedCall[] {
  const known = new Map(tools.map((tool) => [tool.name, tool]));
  const found = [...kimiCalls(text), ...functionCalls(text, known), ...jsonCalls(text)];
  return found.filter((call) => known.has(call.name));
}

/** A reply that is nothing but a call in JSON, also in a block of code. */
export function bareCall(text: string, tools: readonly ToolDefinition[]): PrintedCall | undefined {
  const inner = /^```(?:json)?\s*([\s\S]*?)\s*```$/.exec(text.trim())?.[1] ?? text.trim();
  if (!inner.startsWith('{') || !inner.endsWith('}')) return undefined;
  const [call] = callsIn(inner);
  return call !== undefined && tools.some((tool) => tool.name === call.name) ? call : undefined;
}

function kimiCalls(text: string): PrintedCall[] {
  const calls = [...text.matchAll(/<\|tool_call_begin\|>([\s\S]*?)<\|tool_call_end\|>/g)];
  return calls.map(([, call = '']) => {
    const [id = '', ...rest] = call.split('<|tool_call_argument_begin|>');
    const name = id
      .trim()
      .replace(/^functions\./, '')
      .replace(/:\d+$/, '');
    return { name, arguments: rest.join('').trim() };
  });
}

/** Qwen's coders: each parameter stands for itself. */
function functionCalls(text: string, tools: ReadonlyMap<string, ToolDefinition>): PrintedCall[] {
  return [...text.matchAll(/<function=([^>\s]+)>([\s\S]*?)<\/function>/g)].map((match) => {
    const name = match[1] ?? '';
    const values = [...(match[2] ?? '').matchAll(/<parameter=([^>\s]+)>\n?([\s\S]*?)\n?<\/parameter>/g)].map(
      ([, key = '', value = '']) => [key, valueOf(value, typeOf(tools.get(name), key))] as const,
    );
    return { name, arguments: JSON.stringify(Object.fromEntries(values)) };
  });
}

function jsonCalls(text: string): PrintedCall[] {
  const tagged = [...text.matchAll(/<tool_call>\s*(\{[\s\S]*?\})\s*<\/tool_call>/g)].map((match) => match[1] ?? '');
  const listed = /\[TOOL_CALLS\]\s*(\[[\s\S]*\])/.exec(text)?.[1];
  const named = [
    ...text.matchAll(/\[TOOL_CALLS\]\s*([\w.-]+)\s*(?:\[ARGS\])?\s*(\{[^\0]*?\})(?=\s*(?:\[TOOL_CALLS\]|$))/g),
  ];
  return [
    ...[...tagged, ...(listed === undefined ? [] : [listed])].flatMap(callsIn),
    ...named.map((match) => ({ name: match[1] ?? '', arguments: match[2] ?? '{}' })),
  ];
}

/** Calls as `{"name": …, "arguments": …}`, alone or in a list. */
function callsIn(json: string): PrintedCall[] {
  const value = parsed(json);
  return (Array.isArray(value) ? (value as unknown[]) : [value]).flatMap((entry) => {
    if (!isRecord(entry) || typeof entry.name !== 'string') return [];
    const values = entry.arguments ?? entry.parameters;
    if (typeof values === 'string') return [{ name: entry.name, arguments: values }];
    return isRecord(values) ? [{ name: entry.name, arguments: JSON.stringify(values) }] : [];
  });
}

function valueOf(text: string, type: unknown): unknown {
  return type === 'string' ? text : (parsed(text) ?? text);
}

function typeOf(tool: ToolDefinition | undefined, key: string): unknown {
  const schema = isRecord(tool?.parameters) ? tool.parameters.properties : undefined;
  const property = isRecord(schema) ? schema[key] : undefined;
  return isRecord(property) ? property.type : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON
  }
}
