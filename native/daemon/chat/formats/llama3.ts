import { literal, sequence } from '../schema/gbnf.ts';
import { jsonRule } from '../schema/json-rules.ts';
import { callGrammar, namedObjectRule, patternOf, repeatedCalls } from './grammar/call-grammar.ts';
import { spaceBefore } from './grammar/reasoning-grammar.ts';
import { thinkTagsAtStart } from './reading/incremental-parser.ts';
import { ObjectCallParser, type ObjectStyle } from './reading/object-calls.ts';
import { readPythonCall } from './reading/python-call.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import type { GrammarRequest, ParserOptions, ToolFormat, ToolGrammar } from './tool-format.ts';
import { admittedTypes, schemaObject } from './tool-schema.ts';

const pythonTag = '<|python_tag|>';

const style: ObjectStyle = {
  open: [{ tag: pythonTag, tentative: false }],
  close: ['<|eom_id|>', '<|eot_id|>'],
  bare: true,
  thinking: thinkTagsAtStart,
};

/** Llama 3: a reply that is `{"name": ..., "parameters": ...}`, or, after the Python tag, that object or Python. */
export const llama3: ToolFormat = {
  name: 'llama3',
  // Functionary, on the same base, has its own call format.
  matches: (template) =>
    template.includes('<|start_header_id|>') &&
    (template.includes('ipython') || template.includes(pythonTag)) &&
    !template.includes('<function='),
  parser: (options) => new LlamaParser(options),
  grammar: llamaGrammar,
  markers: [pythonTag, '<|eom_id|>'],
  reasoning: reasoningMarks(thinkTagsAtStart),
  answerPrefix: () => undefined,
};

class LlamaParser extends ObjectCallParser {
  #python: 'no' | 'perhaps' | 'yes' = 'no';

  constructor(options: ParserOptions) {
    super(options, style);
  }

  protected override ownTag(tag: string): boolean {
    if (tag === pythonTag) this.#python = 'perhaps';
    return tag === pythonTag;
  }

  protected override step(): boolean {
    if (this.#python === 'no') return super.step();
    const first = this.rest.trimStart();
    if (this.#python === 'perhaps') {
      if (first === '' && !this.ended) return false;
      if (first.startsWith('{') || first.startsWith('[')) {
        this.#python = 'no';
        this.openCall(pythonTag);
        return true;
      }
      this.#python = 'yes';
    }
    if (!this.ended) return false;
    this.#python = 'no';
    this.rest = '';
    if (first !== '') this.#settlePython(first.replace(/<\|eom_id\|>\s*$/, ''));
    return false;
  }

  #settlePython(code: string): void {
    const id = `call_${this.callIndex}`;
    const called = readPythonCall(code);
    const runner = this.tools.find((tool) => /^(?:python|ipython|code_interpreter)$/.test(tool.name));
    const key =
      runner &&
      [...schemaObject(runner.parameters).properties].find(([, schema]) => admittedTypes(schema)?.has('string'))?.[0];
    const cut = this.replyEnd === 'cut';
    const written = called
      ? { name: called.name, argumentsText: JSON.stringify(called.arguments) }
      : { name: runner?.name ?? 'python', argumentsText: JSON.stringify({ [key ?? 'code']: code }) };
    this.settle({ ...written, idFor: () => id, text: code, cut, repaired: true }, '');
  }
}

function llamaGrammar(request: GrammarRequest): ToolGrammar | undefined {
  return callGrammar(request, {
    triggerTexts: [pythonTag],
    // Match the whole name: an answer in JSON with another name stays unconstrained.
    triggerPatterns: (tools) => [
      `^\\s*(\\{\\s*"name"\\s*:\\s*"(?:${tools.map((tool) => patternOf(tool.name)).join('|')})")`,
    ],
    before: spaceBefore,
    calls: (rules, tools, count) => {
      const object = namedObjectRule(rules, tools, { key: 'parameters' });
      const ws = jsonRule(rules, 'ws');
      return sequence(`${literal(pythonTag)}?`, repeatedCalls(object, count, sequence(`";"?`, ws)));
    },
  });
}
