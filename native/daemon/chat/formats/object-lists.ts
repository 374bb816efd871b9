import type { ToolDefinition } from '../../../protocol/chat.ts';
import { type GrammarRules, literal, sequence } from '../schema/gbnf.ts';
import { jsonRule } from '../schema/json-rules.ts';
import { argumentsRule, callGrammar, namedObjectRule, patternOf } from './grammar/call-grammar.ts';
import { reasoningBefore } from './grammar/reasoning-grammar.ts';
import { type ThinkingStyle, thinkTags } from './reading/incremental-parser.ts';
import { mistralThinking } from './mistral.ts';
import { ObjectCallParser } from './reading/object-calls.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import type { GrammarRequest, ToolFormat, ToolGrammar } from './tool-format.ts';

/** A family that writes all its calls as JSON objects after one mark. */
interface ListFamily {
  readonly name: string;
  matches(template: string): boolean;
  readonly open: string;
  /** A mark that earlier models of the family wrote, which may also be text. */
  readonly earlier?: string;
  /** The mark may also be text. */
  readonly tentative?: boolean;
  /** After the objects; empty: nothing. */
  readonly close: string;
  readonly layout: 'array' | 'lines' | 'single';
  /** The rule for one object. */
  object(rules: GrammarRules, tools: readonly ToolDefinition[]): string;
  /** The object's only key is the tool's name. */
  readonly keyed?: boolean;
  /** Other special tokens, dropped where they stand in text. */
  readonly stray?: readonly string[];
  readonly thinking?: ThinkingStyle;
  readonly markers: readonly string[];
}

const thoughtsBeforeResponse: ThinkingStyle = {
  open: 'Here are my reasoning steps:',
  close: '[BEGIN FINAL RESPONSE]',
  where: 'start',
  answer: ['[BEGIN FINAL RESPONSE]', '[END FINAL RESPONSE]'],
};

const cohereThinking: ThinkingStyle = {
  open: '<|START_THINKING|>',
  close: '<|END_THINKING|>',
  where: 'anywhere',
  answer: ['<|START_RESPONSE|>', '<|END_RESPONSE|>', '<|START_TEXT|>', '<|END_TEXT|>'],
};

const innerThoughts: ThinkingStyle = { open: '<|inner_prefix|>', close: '<|inner_suffix|>', where: 'anywhere' };

const plain = { key: 'arguments' } as const;

const families: readonly ListFamily[] = [
  {
    name: 'apriel',
    matches: (template) => template.includes('<tool_calls>[') && template.includes('[BEGIN FINAL RESPONSE]'),
    open: '<tool_calls>',
    close: '</tool_calls>',
    layout: 'array',
    object: (rules, tools) => namedObjectRule(rules, tools, { ...plain, after: idMember }),
    thinking: thoughtsBeforeResponse,
    markers: ['<tool_calls>', '</tool_calls>'],
  },
  {
    name: 'mistral-list',
    matches: (template) => template.includes('[TOOL_CALLS]'),
    open: '[TOOL_CALLS]',
    close: '',
    layout: 'array',
    object: (rules, tools) => namedObjectRule(rules, tools, { ...plain, after: idMember }),
    thinking: mistralThinking,
    markers: ['[TOOL_CALLS]'],
  },
  {
    name: 'command-r7b',
    matches: (template) => template.includes('<|START_ACTION|>'),
    open: '<|START_ACTION|>',
    close: '<|END_ACTION|>',
    layout: 'array',
    object: (rules, tools) =>
      namedObjectRule(rules, tools, { before: numberMember, name: 'tool_name', key: 'parameters' }),
    thinking: cohereThinking,
    markers: ['<|START_ACTION|>', '<|END_ACTION|>', ...(cohereThinking.answer ?? [])],
  },
  {
    name: 'command-r',
    matches: (template) => template.includes('<|CHATBOT_TOKEN|>') && template.includes('Action:'),
    open: 'Action:',
    tentative: true,
    close: '```',
    layout: 'array',
    object: (rules, tools) => namedObjectRule(rules, tools, { name: 'tool_name', key: 'parameters' }),
    markers: [],
  },
  {
    name: 'nemotron-v2',
    matches: (template) => template.includes('<TOOLCALL>'),
    open: '<TOOLCALL>',
    close: '</TOOLCALL>',
    layout: 'array',
    object: (rules, tools) => namedObjectRule(rules, tools, plain),
    markers: ['<TOOLCALL>', '</TOOLCALL>'],
  },
  {
    name: 'minimax-m1',
    matches: (template) => template.includes('<tool_calls>') && template.includes('<end_of_sentence>'),
    open: '<tool_calls>',
    close: '</tool_calls>',
    layout: 'lines',
    object: (rules, tools) => namedObjectRule(rules, tools, plain),
    markers: ['<tool_calls>', '</tool_calls>'],
  },
  {
    name: 'granite-3',
    matches: (template) => template.includes('<|tool_call|>') && template.includes('<|start_of_role|>'),
    open: '<|tool_call|>',
    earlier: '<tool_call>',
    close: '',
    layout: 'array',
    object: (rules, tools) => namedObjectRule(rules, tools, plain),
    markers: ['<|tool_call|>'],
  },
  {
    name: 'firefunction',
    matches: (template) => template.includes('functools['),
    open: 'functools',
    tentative: true,
    close: '',
    layout: 'array',
    object: (rules, tools) => namedObjectRule(rules, tools, plain),
    markers: [],
  },
  {
    name: 'apertus',
    matches: (template) => template.includes('<|tools_prefix|>'),
    open: '<|tools_prefix|>',
    close: '<|tools_suffix|>',
    layout: 'array',
    object: keyedObjectRule,
    keyed: true,
    thinking: innerThoughts,
    markers: ['<|tools_prefix|>', '<|tools_suffix|>'],
  },
  {
    name: 'gigachat-3.1',
    matches: (template) => template.includes('<|function_call|>') && template.includes('<|role_sep|>'),
    open: '<|function_call|>',
    close: '',
    layout: 'single',
    object: (rules, tools) => namedObjectRule(rules, tools, plain),
    markers: ['<|function_call|>'],
  },
  {
    name: 'gigachat-3',
    matches: (template) => template.includes('function call') && template.includes('<|role_sep|>'),
    open: '<|message_sep|>\n\nfunction call<|role_sep|>\n',
    close: '',
    layout: 'single',
    object: (rules, tools) => namedObjectRule(rules, tools, plain),
    stray: ['<|message_sep|>', '<|role_sep|>'],
    markers: ['<|message_sep|>', '<|role_sep|>'],
  },
];

/** Families whose calls are JSON objects in a list, each with marks of its own. */
export const objectLists: readonly ToolFormat[] = families.map(listFormat);

function listFormat(family: ListFamily): ToolFormat {
  const { name, open, earlier, close, tentative = false, keyed = false, stray = [], markers } = family;
  const { thinking = thinkTags } = family;
  return {
    name,
    matches: family.matches,
    parser: (options) =>
      new ObjectCallParser(options, {
        open: [{ tag: open, tentative }, ...(earlier === undefined ? [] : [{ tag: earlier, tentative: true }])],
        close: [...(close === '' ? [] : [close]), ...stray],
        bare: false,
        list: true,
        keyed,
        thinking,
      }),
    grammar: (request) => listGrammar(request, family),
    markers: [...markers, thinking.open, thinking.close].filter((text) => !/^\w/.test(text)),
    reasoning: reasoningMarks(thinking),
    answerPrefix: (start) => reasoningBefore(start, thinking),
  };
}

function listGrammar(request: GrammarRequest, family: ListFamily): ToolGrammar | undefined {
  const { open, close, layout, tentative = false, thinking } = family;
  return callGrammar(request, {
    triggerTexts: tentative ? [] : [open],
    // What follows the mark decides whether it is one.
    triggerPatterns: () => (tentative ? [`(${patternOf(open)}\\s*(?:\`\`\`json\\s*)?\\[)`] : []),
    before: reasoningBefore(request, thinking),
    calls: (rules, tools, count) => {
      const ws = jsonRule(rules, 'ws');
      const object = family.object(rules, tools);
      const single = count === 'one' || layout === 'single';
      const separator = layout === 'array' ? `"," ${ws}` : ws;
      const objects = single ? object : `${object} (${ws} ${separator} ${object})*`;
      const list = layout === 'array' ? sequence('"["', ws, objects, ws, '"]"') : objects;
      const fence = close === '```' ? '"```json" "\\n"' : '';
      return sequence(literal(open), ws, fence, list, close === '' ? '' : sequence(ws, literal(close)));
    },
  });
}

/** An id after the arguments, which these models were shown and may write. */
function idMember(ws: string): string {
  return `("," ${ws} "\\"id\\":" ${ws} "\\"" [A-Za-z0-9_-]{1,64} "\\"" ${ws})?`;
}

function numberMember(ws: string): string {
  return `("\\"tool_call_id\\":" ${ws} "\\"" [0-9]{1,4} "\\"" ${ws} "," ${ws})?`;
}

/** `{"NAME": {...}}` */
function keyedObjectRule(rules: GrammarRules, tools: readonly ToolDefinition[]): string {
  const ws = jsonRule(rules, 'ws');
  const objects = tools.map((tool) =>
    sequence('"{"', ws, literal(`${JSON.stringify(tool.name)}:`), ws, argumentsRule(rules, tool), ws, '"}"'),
  );
  return rules.add('keyed-call', objects.join(' | '));
}
