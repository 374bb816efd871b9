import { anyOf, literal, sequence } from '../schema/gbnf.ts';
import type { AnswerPrefix } from '../schema/response-grammar.ts';
import { textUntil } from '../schema/text-until.ts';
import { callGrammar, patternOf } from './grammar/call-grammar.ts';
import { parametersExpression } from './grammar/parameter-grammar.ts';
import { thinkTags } from './reading/incremental-parser.ts';
import { scanMarkers } from './reading/marker-scanner.ts';
import { ParameterCallParser } from './reading/parameter-calls.ts';
import type { GrammarRequest, ParserOptions, ReasoningMarks, ToolFormat, ToolGrammar } from './tool-format.ts';

const marks = { start: '<|start|>', message: '<|message|>', eom: '<|eom|>', eot: '<|eot|>' } as const;
const ends: readonly string[] = [marks.start, marks.eom, marks.eot];
const atem = (name: string): string => `<atem:${name}`;

const toAnswer = `${marks.eom}${marks.start}assistant`;
/** After the first forced end the model may still choose a call; where it thinks again, it must answer. */
const toSelf: ReasoningMarks = {
  open: ` to=self${marks.message}`,
  close: ends,
  atStart: false,
  endings: [toAnswer, `${toAnswer} to=user${marks.message}`],
};

/** Muse Glimmer: messages to the user, to itself and to tools; the latter hold a call in tags. */
export const museGlimmer: ToolFormat = {
  name: 'muse-glimmer',
  matches: (template) => template.includes('atem:') && template.includes(marks.message),
  parser: (options) => new MuseParser(options),
  grammar: museGrammar,
  markers: Object.values(marks),
  ends: [marks.eot],
  reasoning: toSelf,
  answerPrefix: () => (rules) => sequence(thoughts(rules), literal(` to=user${marks.message}`)),
};

const thoughts: AnswerPrefix = (rules) => {
  const toSelf = sequence(literal(` to=self${marks.message}`), textUntil(rules, marks.eom));
  return `(${toSelf} ${literal(`${marks.start}assistant`)})?`;
};

function museGrammar(request: GrammarRequest): ToolGrammar | undefined {
  return callGrammar(request, {
    triggerTexts: [],
    triggerPatterns: (tools) => [
      `( to=(?:${tools.map((tool) => patternOf(tool.name)).join('|')})${patternOf(marks.message)})`,
    ],
    before: thoughts,
    calls: (rules, tools, count) => {
      const layout = {
        before: (key: string) => sequence(literal(atem('parameter name="')), key, literal('">')),
        close: '</atem:parameter>',
        after: '"\\n"?',
      };
      const named = tools.map((tool) =>
        sequence(
          literal(` to=${tool.name}${marks.message}${atem('function_calls>')}\n${atem(`invoke name="${tool.name}">`)}`),
          '"\\n"?',
          parametersExpression(rules, tool, layout),
        ),
      );
      const call = rules.add('call', sequence(anyOf(named), literal('</atem:invoke>\n</atem:function_calls>')));
      return count === 'one' ? call : `${call} (${literal(`${marks.eom}${marks.start}assistant`)} ${call})*`;
    },
  });
}

class MuseParser extends ParameterCallParser {
  #place: 'header' | 'text' | 'calls' = 'header';
  #header = '';

  constructor(options: ParserOptions) {
    super(options, {
      callOpen: [atem('function_calls>')],
      callClose: ['</atem:invoke>', ...ends, '</atem:function_calls>'],
      nameOpen: atem('invoke name="'),
      nameClose: ['">', '\n'],
      keyOpen: atem('parameter name="'),
      keyClose: '">',
      valueOpen: undefined,
      valueClose: '</atem:parameter>',
      stray: [marks.message],
      layout: 'verbatim',
      thinking: { ...thinkTags, where: 'start' },
    });
    this.thinking = false;
  }

  protected override step(): boolean {
    if (this.#place === 'calls') return super.step();
    return this.#place === 'header' ? this.#stepHeader() : this.#stepText();
  }

  /** A message to a tool is no mention of a call. */
  protected override get isQuoting(): boolean {
    return false;
  }

  protected override closed(tag: string): void {
    if (ends.includes(tag)) this.#endMessage();
  }

  /** `assistant to=NAME`; anything else is an answer without a header. */
  #stepHeader(): boolean {
    const scan = scanMarkers(this.rest, [...ends, marks.message], this.ended);
    this.#header += scan.before;
    this.rest = scan.rest;
    if (!/^\s*(?:a\w*)?\s*(?:t|to|to=[\w.:-]*)?\s*$/.test(this.#header)) return this.#openText(scan.marker);
    if (scan.marker === undefined) {
      if (!this.ended || this.#header.trim() === '') return false;
      return this.#openText(undefined);
    }
    if (scan.marker !== marks.message) {
      this.#header = '';
      return true;
    }
    const recipient = /to=(\S+)/.exec(this.#header)?.[1] ?? 'user';
    this.#header = '';
    this.thinking = recipient === 'self';
    this.#place = recipient === 'self' || recipient === 'user' ? 'text' : 'calls';
    return true;
  }

  #openText(marker: string | undefined): boolean {
    this.rest = this.#header + (marker ?? '') + this.rest;
    this.#header = '';
    this.#place = 'text';
    return true;
  }

  #stepText(): boolean {
    const scan = scanMarkers(this.rest, [...ends, marks.message], this.ended);
    this.writeFree(scan.before);
    this.rest = scan.rest;
    if (scan.marker === undefined) return false;
    if (scan.marker !== marks.message) this.#endMessage();
    return true;
  }

  #endMessage(): void {
    this.output.divide();
    this.thinking = false;
    this.#place = 'header';
  }
}
