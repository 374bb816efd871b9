import type { JsonValue } from '../../protocol/chat.ts';
import { type HistoryShape, probeHistory } from './history-shape.ts';
import { TemplateLimit } from './jinja/template-work.ts';
import { probeThinking } from './template-thinking.ts';
import type { TemplateThinking } from './template-thinking.ts';
import { lengthOfCommonPrefix } from './text-prefix.ts';

/** How one template wants its messages; found out by rendering small conversations. */
export interface TemplateShape {
  /** Tool definitions are rendered. */
  readonly tools: boolean;
  /** Tool calls of an assistant message are rendered, with arguments as JSON text or as an object. */
  readonly argumentsAs: 'text' | 'object';
  /** Content of an assistant message that only calls tools. */
  readonly emptyContent: '' | null;
  /** Content and thoughts of one message that also calls tools; else the thoughts stand alone (gpt-oss). */
  readonly contentBesideThoughts: boolean;
  /** More than one call per assistant message; else each gets a separate message. */
  readonly severalCalls: boolean;
  /** Ids of calls must be nine letters or digits (Mistral). */
  readonly shortIds: boolean;
  /** Text that the template writes after the last tool result and omits when another one follows. */
  readonly toolClosing: string;
  /** A tool's parameter without a description is rendered; else it is given an empty one. */
  readonly plainParameters: boolean;
  readonly history: HistoryShape;
  /** How it is told how much to think. */
  readonly thinking: TemplateThinking;
}

interface ProbedTemplate {
  readonly source: string;
  /** Throws if the template refuses the messages, which counts as an answer; a TemplateLimit is rethrown. */
  readonly render: (variables: {
    readonly messages: readonly JsonValue[];
    readonly [name: string]: JsonValue;
  }) => string;
  /** The largest offset <= `at` of a text that is not inside a special token. */
  readonly outsideSpecial: (text: string, at: number) => number;
}

const user = { role: 'user', content: 'probe question' };
const tool = {
  type: 'function',
  function: {
    name: 'probe_tool',
    description: 'probe tool',
    parameters: {
      type: 'object',
      properties: { probe_key: { type: 'string', description: 'probe' } },
      required: ['probe_key'],
    },
  },
};
const plainTool = {
  type: 'function',
  function: {
    name: 'probe_tool',
    description: '',
    parameters: { type: 'object', properties: { probe_key: { type: 'string' } } },
  },
};
const probeArguments = { probe_key: 'probe value' };
const argumentsText = JSON.stringify(probeArguments);

/** Probes a template by rendering small conversations. */
export function probeShape({ source, render, outsideSpecial }: ProbedTemplate): TemplateShape {
  const attempt = (
    messages: readonly JsonValue[],
    tools?: readonly JsonValue[],
    variables?: Readonly<Record<string, JsonValue>>,
  ): string | undefined => {
    try {
      return render({ ...variables, messages, ...(tools === undefined ? {} : { tools }) });
    } catch (error) {
      if (error instanceof TemplateLimit) throw error;
      return undefined; // a refusal tells what the template does not support
    }
  };
  const tools = attempt([user], [tool])?.includes('probe_tool') ?? false;
  const plainParameters = !tools || attempt([user], [plainTool]) !== undefined;
  const call = probeCalls((messages) => attempt(messages, [tool]), outsideSpecial);
  const history = probeHistory({
    attempt: (messages, withTools) => attempt(messages, withTools ? [tool] : undefined),
    rendersTools: tools,
    call: call === undefined ? undefined : (content) => [...called(call, 1, content), result(call.shortIds, 0)],
  });
  const thinking = probeThinking(source, (variables) =>
    attempt([user], undefined, { ...variables, add_generation_prompt: true }),
  );
  return { tools, plainParameters, ...(call ?? noCalls), history, thinking };
}

type CallShape = Omit<TemplateShape, 'tools' | 'plainParameters' | 'history' | 'thinking'>;
type CallSpelling = Pick<TemplateShape, 'argumentsAs' | 'emptyContent' | 'shortIds'>;

/** What is taken for granted where no calls are rendered. */
const noCalls: CallShape = {
  argumentsAs: 'text',
  emptyContent: '',
  contentBesideThoughts: true,
  severalCalls: true,
  shortIds: false,
  toolClosing: '',
};

/** An assistant message that calls tools. */
function called(shape: CallSpelling, count: number, content = ''): JsonValue[] {
  const calls = Array.from({ length: count }, (_, index) => ({
    id: probeId(shape.shortIds, index),
    type: 'function',
    function: {
      name: `probe_tool${index}`,
      arguments: shape.argumentsAs === 'object' ? probeArguments : argumentsText,
    },
  }));
  return [{ role: 'assistant', content: content === '' ? shape.emptyContent : content, tool_calls: calls }];
}

function result(shortIds: boolean, index: number): JsonValue {
  return {
    role: 'tool',
    content: `probe result ${index}`,
    tool_call_id: probeId(shortIds, index),
    name: `probe_tool${index}`,
  };
}

/** How calls must be given so that the template shows them; undefined where it shows none. */
function probeCalls(
  render: (messages: readonly JsonValue[]) => string | undefined,
  outsideSpecial: (text: string, at: number) => number,
): CallShape | undefined {
  const attempt = (messages: readonly JsonValue[]): string | undefined => render([user, ...messages]);
  for (const shortIds of [false, true]) {
    for (const emptyContent of ['', null] as const) {
      for (const argumentsAs of ['text', 'object'] as const) {
        const shape = { argumentsAs, emptyContent, shortIds };
        const text = attempt([...called(shape, 1), result(shortIds, 0)]) ?? attempt(called(shape, 1));
        if (text === undefined || !showsCall(text, argumentsAs)) continue;
        if (argumentsAs === 'text' && writesObjects(shape, (one) => attempt(called(one, 1)))) continue;
        const two = attempt(called(shape, 2));
        const severalCalls = two !== undefined && two.includes('probe_tool0') && two.includes('probe_tool1');
        const [caller] = called(shape, 1);
        const thoughtful: JsonValue = {
          ...(caller as { readonly [key: string]: JsonValue }),
          content: 'probe content',
          reasoning_content: 'probe thought',
          thinking: 'probe thought',
        };
        const contentBesideThoughts = attempt([thoughtful]) !== undefined;
        const closing = probeClosing(attempt, called(shape, 1), [result(shortIds, 0), result(shortIds, 1)]);
        return {
          ...shape,
          contentBesideThoughts,
          severalCalls,
          toolClosing: closing === undefined ? '' : closing.text.slice(outsideSpecial(closing.text, closing.at)),
        };
      }
    }
  }
  return undefined;
}

/**
 * Whether the template writes the members of an object in its own way. It may copy a text as well, but not in the way
 * that the model knows.
 */
function writesObjects(shape: CallSpelling, render: (shape: CallSpelling) => string | undefined): boolean {
  const text = render({ ...shape, argumentsAs: 'object' });
  return text !== undefined && showsCall(text, 'object') && !/["']probe_key["']\s*:\s*["']probe value/.test(text);
}

function showsCall(text: string, argumentsAs: 'text' | 'object'): boolean {
  if (!text.includes('probe_tool0')) return false;
  if (argumentsAs === 'text') return text.includes(argumentsText);
  return text.includes('probe_key') && text.includes('probe value') && !text.includes('[object');
}

/** Offset up to which the text with one result is a prefix of the text with two. */
function probeClosing(
  attempt: (messages: readonly JsonValue[]) => string | undefined,
  before: readonly JsonValue[],
  results: readonly JsonValue[],
): { text: string; at: number } | undefined {
  const one = attempt([...before, ...results.slice(0, 1)]);
  const two = attempt([...before, ...results]);
  if (one === undefined || two === undefined) return undefined;
  const shared = lengthOfCommonPrefix(one, two);
  const after = one.lastIndexOf('probe result 0') + 'probe result 0'.length;
  return shared < after ? undefined : { text: one, at: shared };
}

function probeId(short: boolean, index: number): string {
  return short ? `probeid0${index}` : `functions.probe_tool${index}:${index}`;
}
