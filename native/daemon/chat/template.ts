import { createHash } from 'node:crypto';
import type { ChatMessage, JsonValue, ToolCall, ToolDefinition } from '../../protocol/chat.ts';
import { CodedError, reasonOf } from '../../protocol/coded-error.ts';
import { isJsonObject } from '../../protocol/json-object.ts';
import type { JsonObject } from '../../protocol/json-object.ts';
import { mark } from './content-guard.ts';
import { defaultTemplate } from './default-template.ts';
import { fitHistory } from './fit-history.ts';
import { formatTime } from './jinja/strftime.ts';
import { parseWritten } from './jinja/written-numbers.ts';
import { JinjaProgram, TemplateRefusal } from './jinja/program.ts';
import { probeShape } from './template-shape.ts';
import type { TemplateShape } from './template-shape.ts';

/** Guards the texts of a conversation before they enter the template; see ContentGuard. */
interface ContentGuard {
  guard(content: string): string;
  guardValue(value: JsonValue): JsonValue;
  guardSchema(value: JsonValue): JsonValue;
  /** The largest offset <= `at` of a text that is not inside a special token. */
  outsideSpecial(text: string, at: number): number;
}

export interface TemplateTokens {
  readonly bos: string; // text of the token, '' when there is none
  readonly eos: string;
}

/** Plain data: it may be sent to a thread. */
export interface RenderRequest {
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ToolDefinition[];
  readonly templateOptions: Readonly<Record<string, JsonValue>>; // chat_template_kwargs
  readonly generationPrompt: boolean;
  readonly now: Date;
}

/** Steps for looking at all messages again for each of them, where there are many. */
const stepsSquaredMax = 2_000_000;

type TemplateMessage = { readonly [key: string]: JsonValue };

const reserved = new Set([
  'messages',
  'tools',
  'add_generation_prompt',
  'bos_token',
  'eos_token',
  'raise_exception',
  'strftime_now',
  'range',
  'namespace',
]);

/**
 * A model's chat template and the shape in which it wants messages. Synchronous; ThreadedTemplate bounds how long.
 * Owns: Jinja variables, differences between templates. Does not own: tokens, what is kept between renderings.
 */
export class ChatTemplate {
  readonly #source: string;
  readonly #program: JinjaProgram;
  readonly #tokens: TemplateTokens;
  readonly #guard: ContentGuard;
  readonly #guardText = (text: string): string => this.#guard.guard(text);
  readonly #shaped = new WeakMap<ChatMessage, readonly TemplateMessage[]>();
  #shape: TemplateShape | undefined;

  /** @param source Jinja; undefined: ChatML. Throws `template.failed` when it cannot be parsed. */
  constructor(source: string | undefined, tokens: TemplateTokens, guard: ContentGuard) {
    this.#source = source ?? defaultTemplate;
    this.#tokens = tokens;
    this.#guard = guard;
    try {
      this.#program = new JinjaProgram(this.#source);
    } catch (error) {
      throw new CodedError(
        'template.failed',
        `The model's chat template is not valid Jinja: ${shortReason(error)}. Choose another template or model.`,
        { cause: error },
      );
    }
  }

  /**
   * Capabilities of the template, found at first use. Throws `template.failed`, with a TemplateLimit as the cause where
   * that takes too long.
   */
  get shape(): TemplateShape {
    return (this.#shape ??= this.#probe());
  }

  /** Sets the shape that another thread has found. */
  adopt(shape: TemplateShape): void {
    this.#shape = shape;
  }

  /** Guarded text of a conversation. Throws `template.failed`; the cause is a TemplateLimit where it takes too long. */
  render(request: RenderRequest): string {
    try {
      const messages = this.#messages(request);
      const text = this.#run(this.#variables(request, messages), messages.length + request.tools.length, request.now);
      // A template that writes ASCII only turns the marks into JSON escapes.
      return /ensure_ascii\s*=\s*true/i.test(this.#source)
        ? text.replace(/(?<!\\)\\u(fdd[0-5])/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
        : text;
    } catch (error) {
      throw failure(error);
    }
  }

  #probe(): TemplateShape {
    try {
      return probeShape({
        source: this.#source,
        render: (variables) =>
          this.#run({ add_generation_prompt: false, ...variables }, variables.messages.length, new Date()),
        outsideSpecial: (text, at) => this.#guard.outsideSpecial(text, at),
      });
    } catch (error) {
      throw failure(error);
    }
  }

  #variables(request: RenderRequest, messages: readonly TemplateMessage[]): Record<string, unknown> {
    const options = Object.entries(request.templateOptions).filter(([name]) => !reserved.has(name));
    return {
      ...Object.fromEntries(options.map(([name, value]) => [name, this.#guard.guardValue(value)])),
      messages,
      ...(request.tools.length === 0 ? {} : { tools: request.tools.map((tool) => this.#tool(tool)) }),
      add_generation_prompt: request.generationPrompt,
    };
  }

  #run(variables: Readonly<Record<string, unknown>>, items: number, now: Date): string {
    // Real templates take some hundred steps per message, a few look at every later message for each one, and texts are
    // copied some times.
    const steps = 150_000 + items * 1_000 + Math.min(items * items * 50, stepsSquaredMax) + textLength(variables) / 4;
    // Firefunction prints `datetime` and `functions` and expects to be given them; its tools are told otherwise here.
    const given = {
      bos_token: this.#tokens.bos,
      eos_token: this.#tokens.eos,
      datetime: formatTime('%b %d %Y', now),
      functions: '[]',
    };
    return this.#program.render({ ...given, ...variables }, { steps, now });
  }

  #tool(tool: ToolDefinition): JsonValue {
    const guard = this.#guardText;
    const { parameters: schema } = tool;
    const given = typeof schema === 'boolean' ? { type: 'object', properties: {} } : this.#guard.guardSchema(schema);
    const parameters = this.shape.plainParameters ? given : withDescriptions(given);
    return {
      type: 'function',
      function: { name: guard(tool.name), description: guard(tool.description ?? ''), parameters },
    };
  }

  #messages({ messages, generationPrompt }: RenderRequest): TemplateMessage[] {
    return fitHistory(messages, this.shape.history, generationPrompt).flatMap((message) => {
      let shaped = this.#shaped.get(message);
      if (shaped === undefined) this.#shaped.set(message, (shaped = this.#shapeMessage(message)));
      return shaped;
    });
  }

  #shapeMessage(message: ChatMessage): TemplateMessage[] {
    const guard = this.#guardText;
    const content = guard(message.content);
    if (message.role === 'tool')
      return [
        { role: 'tool', content, tool_call_id: guard(this.#callId(message.toolCallId)), name: guard(message.name) },
      ];
    if (message.role !== 'assistant') return [{ role: message.role, content: asQuestion(content) }];
    const calls = (message.toolCalls ?? []).map((call) => this.#call(call));
    const reasoning =
      message.reasoning === undefined || message.reasoning === '' ? {} : this.#reasoning(guard(message.reasoning));
    if (calls.length === 0) return [{ role: 'assistant', content, ...reasoning }];
    const visible: TemplateMessage =
      'thinking' in reasoning && !this.shape.contentBesideThoughts
        ? {}
        : { content: content === '' ? this.shape.emptyContent : content };
    if (this.shape.severalCalls) return [{ role: 'assistant', ...visible, ...reasoning, tool_calls: calls }];
    const rest: TemplateMessage = { content: this.shape.emptyContent };
    return calls.map((call, index) => ({
      role: 'assistant',
      ...(index === 0 ? { ...visible, ...reasoning } : rest),
      tool_calls: [call],
    }));
  }

  #reasoning(text: string): TemplateMessage {
    return { reasoning_content: text, ...(/\bmessage\.thinking\b/.test(this.#source) ? { thinking: text } : {}) };
  }

  #call(call: ToolCall): TemplateMessage {
    const guard = this.#guardText;
    return {
      id: guard(this.#callId(call.id)),
      type: 'function',
      function: { name: guard(call.name), arguments: this.#arguments(call.arguments) },
    };
  }

  #arguments(text: string): JsonValue {
    if (this.shape.argumentsAs === 'text') return this.#guard.guard(text);
    const parsed = parseObject(text);
    // The template iterates over the arguments: wrap text that is not an object, so that it is not lost.
    return this.#guard.guardValue(parsed ?? { arguments: text });
  }

  #callId(id: string): string {
    if (!this.shape.shortIds || /^[A-Za-z0-9]{9}$/.test(id)) return id;
    return createHash('sha256').update(id).digest('hex').slice(0, 9);
  }
}

/** Text of a user that templates (Qwen3.5) would take for a tool's result, and then miss a question. */
function asQuestion(content: string): string {
  return content.replace(/^(\s*<)(?=tool_response>)/, `$1${mark}`);
}

/** The schema of a tool's parameters, with an empty description for each parameter that has none. */
function withDescriptions(schema: JsonValue): JsonValue {
  if (!isJsonObject(schema)) return schema;
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const described = Object.entries(properties).map(([name, property]) => [
    name,
    isJsonObject(property) ? { description: '', ...property } : property,
  ]);
  return { required: [], ...schema, properties: Object.fromEntries(described) as JsonObject };
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value = parseWritten(text.trim() === '' ? '{}' : text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined; // a broken call that a client replays
  }
}

/** UTF-16 units of the messages and tools. */
function textLength(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, item) => sum + textLength(item), 0);
}

function failure(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  const message =
    error instanceof TemplateRefusal
      ? `The model's chat template refuses these messages: ${shortReason(error)}`
      : `The model's chat template cannot render these messages: ${shortReason(error)}`;
  return new CodedError('template.failed', /[.!?]$/.test(message) ? message : `${message}.`, { cause: error });
}

function shortReason(error: unknown): string {
  return reasonOf(error).replace(/\s+/g, ' ').slice(0, 300);
}
