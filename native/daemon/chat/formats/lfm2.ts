import { anyOf, type GrammarRules, literal, sequence } from '../schema/gbnf.ts';
import { type Lexis, literalGrammar } from './grammar/literal-grammar.ts';
import { reasoningBefore } from './grammar/reasoning-grammar.ts';
import { thinkTags } from './reading/incremental-parser.ts';
import { LiteralCallParser } from './reading/literal-calls.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import type { ToolFormat } from './tool-format.ts';

const call = { open: '<|tool_call_start|>', close: '<|tool_call_end|>' } as const;
const list = '<|tool_list_start|>';

/** LFM2: a list of calls as Python writes them, `[NAME(key="value")]`, between marks. */
export const lfm2: ToolFormat = {
  name: 'lfm2',
  matches: (template) => template.includes(call.open) || template.includes(list) || /List of tools: \[/.test(template),
  parser: (options) =>
    new LiteralCallParser(options, {
      ...call,
      lead: /^[\s[]*/,
      literal: { open: '(', close: ')', assign: '=', quotes: ['"', "'"], escapes: true },
      stray: [],
      thinking: thinkTags,
    }),
  grammar: (request) =>
    literalGrammar(request, {
      triggerTexts: [call.open],
      before: reasoningBefore(request),
      lexis: pythonLexis,
      call: (name, members) => sequence(name, '"("', members, '")"'),
      calls: (one, count) => {
        const calls = count === 'one' ? one : `${one} (", " ${one})*`;
        return sequence(literal(`${call.open}[`), calls, literal(`]${call.close}`));
      },
    }),
  markers: [call.open, call.close, thinkTags.open, thinkTags.close],
  reasoning: reasoningMarks(thinkTags),
  answerPrefix: (start) => reasoningBefore(start),
};

function pythonLexis(rules: GrammarRules): Lexis {
  const escape = '"\\\\" [^\\x00-\\x09\\x0B-\\x1Fux]';
  const character = (mark: string): string => rules.add('text-character', `[^${mark}\\\\\\x00-\\x1F] | ${escape}`);
  const anyText = rules.add('text', `"\\"" ${character('"')}* "\\"" | "'" ${character("'")}* "'"`);
  const text = (value: string): string => {
    const json = JSON.stringify(value);
    const single = `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
    return anyOf([literal(json), literal(single)]);
  };
  return {
    anyText,
    text,
    word: (word) => anyOf([literal(pythonWord(word)), literal(String(word))]),
    argument: (key) => sequence(literal(`${key}=`)),
    anyArgument: '[A-Za-z_] [A-Za-z0-9_]{0,63} "="',
    key: (key) => sequence(text(key), '": "'),
    anyKey: sequence(anyText, '": "'),
    separator: '", "',
  };
}

function pythonWord(word: boolean | null): string {
  if (word === null) return 'None';
  return word ? 'True' : 'False';
}
