import { formatFor } from '../../../native/daemon/chat/formats/registry.ts';
import type { ToolFormat } from '../../../native/daemon/chat/formats/tool-format.ts';
import { ChatTemplate } from '../../../native/daemon/chat/template.ts';
import type { ChatMessage } from '../../../native/protocol/chat.ts';
import { GbnfMatcher } from '../../support/daemon/gbnf-matcher.ts';
import { readReply } from '../../support/daemon/reply-reading.ts';
import type { ChatCase } from './llama-chat-cases.ts';

/** How one case ended. `difference` says what was read instead; undefined: equal. */
export interface Compared {
  readonly from: ChatCase;
  readonly format: string;
  readonly difference: string | undefined;
  /** Whether the grammar of the request admits the call as written; undefined: the case has none to hold. */
  readonly admitted: boolean | undefined;
}

/**
 * Whether a case asks for something that is done here. A reply never continues a text of the prompt, and reasoning
 * never stays in the text.
 */
export function applies({ continues, unparsed, content }: ChatCase): boolean {
  return !continues && !(unparsed && /<think>|\[THINK\]|<\|channel|THINKING\|>|<\w*:?think>|thinking/.test(content));
}

/** Reads the reply of a case with the format of its template. */
export function compare(from: ChatCase, templateSource: string): Compared {
  const format = formatFor(templateSource, '');
  const prompt = promptOf(from, templateSource, format);
  const written = withoutControl(from.reply, format);
  const read = readReply(format, [...written], { tools: from.tools, prompt, truncated: from.partial });
  const calls = from.partial ? read.started.map((name) => ({ name, arguments: '' })) : read.calls;
  const found = shown(
    read.text,
    read.reasoning,
    from.partial ? '' : JSON.stringify(read.broken.map((one) => one.text)),
    calls,
  );
  const wanted = shown(
    from.content,
    from.reasoning,
    from.partial ? '' : '[]',
    from.partial ? withoutArguments(from) : from.calls,
  );
  return {
    from,
    format: format.name,
    difference: found === wanted ? undefined : `${found}\n     instead of\n     ${wanted}`,
    admitted: from.partial || from.calls.length === 0 ? undefined : admits(format, from, prompt, written),
  };
}

function withoutArguments({ calls }: ChatCase): ChatCase['calls'] {
  return calls.map(({ name }) => ({ name, arguments: '' }));
}

function shown(text: string, reasoning: string, broken: string, calls: ChatCase['calls']): string {
  const list = calls.map(({ name, arguments: written }) => `${name}(${normalized(written)})`);
  return JSON.stringify({ text: text.trim(), reasoning: reasoning.trim(), calls: list, broken });
}

function normalized(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json === '' ? '{}' : json));
  } catch {
    return json; // a case with a call that is not at its end
  }
}

/** Special tokens that the format does not ask for never reach its parser. */
function withoutControl(text: string, { markers }: ToolFormat): string {
  const isMarker = (token: string): boolean => markers.some((one) => one.includes(token));
  return text.replace(/<[|｜][^|｜<>\n]+[|｜]>/g, (token) => (isMarker(token) ? token : ''));
}

function promptOf(from: ChatCase, source: string, format: ToolFormat): string {
  const plain = <T>(value: T): T => value;
  const template = new ChatTemplate(
    source,
    { bos: '', eos: '' },
    { guard: plain, guardValue: plain, guardSchema: plain, outsideSpecial: (_, at) => at },
  );
  const messages: ChatMessage[] = [{ role: 'user', content: 'Hey there!' }];
  const prompted = format.promptMessages?.(messages, from.tools);
  return template.render({
    messages: prompted ?? messages,
    tools: prompted ? [] : from.tools,
    templateOptions: { enable_thinking: from.thinking, thinking: from.thinking },
    generationPrompt: true,
    now: new Date(),
  });
}

/** Whether the grammar starts at the call and admits it to the end. */
function admits(format: ToolFormat, { tools, parallel }: ChatCase, prompt: string, written: string): boolean {
  const grammar = format.grammar({ tools, choice: 'auto', parallel, prompt });
  if (!grammar) return false;
  const starts = [
    ...grammar.triggerTexts.map((text) => written.indexOf(text)),
    ...grammar.triggerPatterns.map((pattern) => {
      const match = new RegExp(pattern, 'd').exec(written);
      return match?.indices?.[1]?.[0] ?? match?.index ?? -1;
    }),
  ].filter((at) => at !== -1);
  if (starts.length === 0) return false;
  const call = written.slice(Math.min(...starts));
  const matcher = new GbnfMatcher(grammar.gbnf, grammar.root);
  return matcher.matches(call) || matcher.matches(call.trimEnd());
}
