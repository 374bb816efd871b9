import { toolFormats } from '../../../../native/daemon/chat/formats/registry.ts';
import type { ReplyEvent, ReplyParser, ToolFormat } from '../../../../native/daemon/chat/formats/tool-format.ts';
import type { ToolDefinition } from '../../../../native/protocol/chat.ts';

/** The formats here that read what vLLM's parsers of these names read. */
const families: readonly (readonly [RegExp, string])[] = [
  [/^kimi_?k2/i, 'kimi-k2'],
  [/^kimi_?k3/i, 'kimi-k3'],
  [/^deepseek_?v32/i, 'deepseek-v3.2'],
  [/^deepseek_?v31/i, 'deepseek-v3.1'],
  [/^deepseek_?v3(?!\d)/i, 'deepseek-v3'],
  [/^deepseek_?v4(?!\d)/i, 'deepseek-v4'],
  [/^(qwen3|step3p5)/i, 'qwen3-coder'],
  [/^hermes/i, 'hermes-qwen'],
  [/^minimax_?m2/i, 'minimax-m2'],
  [/^minimax_?m3/i, 'minimax-m3'],
  [/^glm/i, 'glm'],
  [/^gemma4/i, 'gemma-4'],
  [/^mistral/i, 'mistral'],
  [/^seed/i, 'seed-oss'],
  [/^lfm2/i, 'lfm2'],
  [/^muse_?glimmer/i, 'muse-glimmer'],
  [/^llama3/i, 'llama3'],
  [/^minicpm5/i, 'minicpm'],
  [/^apertus/i, 'apertus'],
  [/^gigachat3/i, 'gigachat-3'],
  [/^granite(?!4|.*20b|engine)/i, 'granite-3'],
];

/** A question of the program that runs vLLM's tests. */
export type Question =
  | { readonly do: 'open'; readonly parser: string; readonly tools: readonly ToolDefinition[] }
  | { readonly do: 'read' | 'push'; readonly opened: number; readonly text: string }
  | { readonly do: 'end'; readonly opened: number };

export type Answer =
  | { readonly refused: string }
  | { readonly opened: number; readonly format: string }
  | { readonly text: string; readonly parts: readonly Part[]; readonly calls: readonly Call[] };

/** The pieces of a call that came with one piece of the reply. */
interface Part {
  readonly index: number;
  readonly id?: string;
  readonly name?: string;
  arguments: string;
}

interface Call {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** Reads replies with the formats here, as the questions of vLLM's tests ask for. */
export class ReplyReader {
  readonly #opened: { readonly parser: ReplyParser; readonly begun: number[] }[] = [];

  answer(question: Question): Answer {
    if (question.do === 'open') return this.#open(question.parser, question.tools);
    const opened = this.#opened[question.opened];
    if (opened === undefined) return { refused: 'the reply was not opened' };
    const events = question.do === 'end' ? [] : opened.parser.push(question.text);
    if (question.do !== 'push') events.push(...opened.parser.end(false));
    return read(events, opened.begun);
  }

  #open(name: string, tools: readonly ToolDefinition[]): Answer {
    const format = formatOf(name);
    if (format === undefined) return { refused: `no family here is that of ${name}` };
    const parser = format.parser({ prompt: '', tools, nextCallIndex: 0, choice: 'auto' });
    this.#opened.push({ parser, begun: [] });
    return { opened: this.#opened.length - 1, format: format.name };
  }
}

function formatOf(parser: string): ToolFormat | undefined {
  const name = families.find(([pattern]) => pattern.test(parser))?.[1];
  return toolFormats.find((format) => format.name === name);
}

function read(events: readonly ReplyEvent[], begun: number[]): Answer {
  let text = '';
  const parts: Part[] = [];
  const calls: Call[] = [];
  for (const event of events) {
    if (event.kind === 'text') text += event.text;
    else if (event.kind === 'callDone') calls.push({ id: event.id, name: event.name, arguments: event.arguments });
    else if (event.kind === 'call') {
      const known = begun.includes(event.index);
      if (!known) begun.push(event.index);
      // vLLM counts the calls of a reply from 0, without those that are broken.
      const index = begun.indexOf(event.index);
      const before = parts.find((part) => part.index === index);
      if (before !== undefined) before.arguments += event.argumentsText;
      else parts.push({ index, arguments: event.argumentsText, ...(known ? {} : { id: event.id, name: event.name }) });
    }
  }
  return { text, parts, calls };
}
