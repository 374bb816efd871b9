import type { JsonSchema, ToolDefinition } from '../../../native/protocol/chat.ts';
import { CppProgram, type CppObject, type CppValue } from './cpp-program.ts';
import { readCppTokens } from './cpp-tokens.ts';

/** One reply of llama.cpp's `tests/test-chat.cpp`, and what its parser makes of it. */
export interface ChatCase {
  readonly template: string;
  readonly reply: string;
  readonly tools: readonly ToolDefinition[];
  readonly thinking: boolean;
  /** Reasoning stays in the text as it was written. */
  readonly unparsed: boolean;
  /** The reply continues a message that is part of the prompt. */
  readonly continues: boolean;
  /** The reply is not at its end. */
  readonly partial: boolean;
  readonly parallel: boolean;
  /** The whole answer is held to a schema. */
  readonly schema: boolean;
  readonly content: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly name: string; readonly arguments: string }[];
}

/** The cases in the source of `test-chat.cpp`. Throws if there are none, since then the source is another one. */
export function readChatCases(source: string): ChatCase[] {
  const cases: ChatCase[] = [];
  const program = new CppProgram(readCppTokens(source), {
    call: callFunction,
    method: (object, name, parameters) => {
      if (!isObject(object)) return undefined;
      if (name === 'test') return { ...object, input: parameters[0] };
      if (name !== 'run') return { ...object, [name]: parameters[0] ?? true };
      cases.push(asCase(object));
      return object;
    },
  });
  program.run('test_template_output_peg_parsers');
  if (cases.length === 0) throw new Error('there are no cases in this test-chat.cpp');
  return cases;
}

/** The functions with which that file makes messages. */
function callFunction(name: string, parameters: readonly CppValue[]): CppValue {
  const [first, second, third, fourth] = parameters;
  switch (name) {
    case 'peg_tester':
      return { template: first };
    case 'simple_assist_msg':
      return message(first, second, third === undefined || third === '' ? [] : [[third, fourth ?? '']]);
    case 'message_with_tool_calls':
      return message('', '', [[first, second]]);
    case 'message_with_tool_calls_and_reasoning':
      return message('', third, [[first, second]]);
    case 'message_with_reasoning_content_and_multiple_tool_calls':
      return message(second, first, third);
    case 'message_with_content_and_tool_call':
      return message(first, '', [[second, third]]);
    case 'message_with_reasoning_and_tool_call':
      return message('', first, [[second, third]]);
    default:
      return undefined;
  }
}

function message(content: CppValue, reasoning: CppValue, calls: CppValue): CppObject {
  return { content, reasoning_content: reasoning, tool_calls: calls };
}

function asCase(built: CppObject): ChatCase {
  const expected = isObject(built['expect']) ? built['expect'] : {};
  const content = text(built['expect_content'] ?? expected['content']);
  const reasoning = text(built['expect_reasoning'] ?? expected['reasoning_content']);
  return {
    template: text(built['template']).replace(/^.*\/|\.jinja$/g, ''),
    reply: text(built['input']),
    tools: list(built['tools']).map(asTool),
    thinking: built['enable_thinking'] !== false,
    unparsed: /^COMMON_REASONING_FORMAT_NONE$/.test(text(built['reasoning_format'] ?? 'COMMON_REASONING_FORMAT_NONE')),
    continues: built['continue_final_message'] !== undefined,
    partial: built['is_partial'] === true,
    parallel: built['parallel_tool_calls'] === true,
    schema: built['json_schema'] !== undefined,
    content,
    reasoning,
    calls: list(built['expect_tool_calls'] ?? expected['tool_calls']).map((call) => {
      const [name, argumentsText] = list(call);
      return { name: text(name), arguments: text(argumentsText) };
    }),
  };
}

function asTool(value: CppValue): ToolDefinition {
  const [name, description, parameters] = list(value);
  return {
    name: text(name),
    description: text(description),
    parameters: JSON.parse(text(parameters)) as JsonSchema,
  };
}

function isObject(value: CppValue): value is CppObject {
  return typeof value === 'object' && !Array.isArray(value);
}

function list(value: CppValue): readonly CppValue[] {
  return Array.isArray(value) ? value : [];
}

function text(value: CppValue): string {
  return typeof value === 'string' ? value : '';
}
