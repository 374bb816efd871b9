import type { AssistantMessage, BrokenToolCall, ToolDefinition } from '../../native/protocol/chat.ts';
import { CodedError } from '../../native/protocol/coded-error.ts';
import type { FinishReason, GenerateEvent, TokenUsage } from '../../native/protocol/generation.ts';
import { translate } from '../translation.ts';
import { CallAssembler } from './call-assembler.ts';
import type { Dialect } from './chat-request.ts';
import { ContentSplitter, type ContentPiece } from './content-splitter.ts';
import { bareCall, printedCalls } from './printed-calls.ts';
import type { ReplyChunk, ReplyMessage, ReplyUsage } from './reply-chunk.ts';
import type { ReasoningField } from './wire-messages.ts';

export interface ReplyParts {
  readonly tools: readonly ToolDefinition[];
  readonly dialect: Dialect;
  /** Ids of the conversation's earlier calls. */
  readonly callIds: Iterable<string>;
  readonly onEvent: (event: GenerateEvent) => void;
}

export interface Reply {
  readonly message: AssistantMessage;
  readonly brokenCalls: readonly BrokenToolCall[];
  readonly finish: FinishReason;
  /** What the engine counted; undefined when it does not tell. */
  readonly usage: TokenUsage | undefined;
  /** The engine printed its calls: they were read from the text, or the model was told. */
  readonly printed: boolean;
}

const fields = ['reasoning_content', 'reasoning', 'thinking'] as const;
const printedAdvice =
  'Error: the call came as text and was not carried out. Call the tool in the way that your instructions describe.';

/**
 * Puts one streamed reply together, whatever dialect the engine speaks. Owns: text, thoughts and calls so far. Does not
 * own: the connection, when to ask again.
 */
export class ReplyReader {
  readonly #parts: ReplyParts;
  readonly #content: ContentSplitter;
  readonly #calls: CallAssembler;
  #text = '';
  #reasoning = '';
  #finish: string | undefined;
  #usage: ReplyUsage | undefined;
  #pieces = 0;

  constructor(parts: ReplyParts) {
    this.#parts = parts;
    this.#content = new ContentSplitter(parts.tools.length > 0 && !parts.dialect.readsCalls);
    this.#calls = new CallAssembler(parts.callIds, parts.onEvent);
  }

  /** Pieces of text, thoughts and calls so far: about one per token. */
  get pieces(): number {
    return this.#pieces;
  }

  /** The engine has said why the reply ended. */
  get isFinished(): boolean {
    return this.#finish !== undefined;
  }

  push(chunk: ReplyChunk): void {
    if (chunk.usage) this.#usage = chunk.usage;
    const choice = chunk.choices?.[0];
    const said = choice?.delta ?? choice?.message;
    if (said) this.#say(said);
    if (choice?.finish_reason) this.#finish = choice.finish_reason;
  }

  /** The reply as it is. Throws when the engine's filter stopped it. */
  end(): Reply {
    for (const piece of this.#content.end()) this.#tell(piece);
    if (this.#finish === 'content_filter')
      throw new CodedError('engine.failed', translate('A filter of the server stopped the answer.'));
    const told = this.#readPrinted();
    const { calls, broken } = this.#calls.end(this.#finish === 'length');
    const called = calls.length > 0 || broken.length > 0 || told !== undefined;
    if (called && told === undefined && !this.#parts.dialect.readsCalls) this.#parts.dialect.readsCalls = true;
    const { content, reasoning } = splitThought(this.#text, this.#reasoning);
    return {
      message: {
        role: 'assistant',
        content,
        ...(reasoning !== '' && { reasoning }),
        ...(calls.length > 0 && { toolCalls: calls }),
      },
      brokenCalls: told?.broken === undefined ? broken : [...broken, told.broken],
      finish: this.#finishReason(called),
      usage: this.#usage && usageOf(this.#usage),
      printed: told !== undefined,
    };
  }

  #say(said: ReplyMessage): void {
    const field = fields.find((name) => said[name]);
    if (field !== undefined) this.#think(said[field] ?? '', field);
    const { content } = said;
    if (typeof content === 'string' && content !== '') this.#take(this.#content.push(content));
    else if (Array.isArray(content)) for (const part of content) this.#sayPart(part.text ?? '', part.thinking);
    for (const delta of said.tool_calls ?? []) {
      this.#pieces++;
      this.#calls.push(delta);
    }
  }

  #sayPart(text: string, thinking: unknown): void {
    const thought = JSON.stringify(thinking ?? '').matchAll(/"text":("(?:[^"\\]|\\.)*")/g);
    for (const [, quoted = '""'] of thought) this.#think(JSON.parse(quoted) as string, undefined);
    if (text !== '') this.#take(this.#content.push(text));
  }

  #take(pieces: readonly ContentPiece[]): void {
    for (const piece of pieces) {
      if (piece.kind === 'reasoning') this.#parts.dialect.reasoning ??= 'content';
      this.#tell(piece);
    }
    this.#pieces++;
  }

  #think(text: string, field: ReasoningField | undefined): void {
    this.#pieces++;
    this.#parts.dialect.reasoning ??= field;
    this.#tell({ kind: 'reasoning', text });
  }

  #tell({ kind, text }: ContentPiece): void {
    if (kind === 'text') this.#text += text;
    else this.#reasoning += text;
    this.#parts.onEvent({ kind, text });
  }

  /** Reads calls that stand in the text, where the engine made none itself. Undefined when there is none. */
  #readPrinted(): { readonly broken?: BrokenToolCall } | undefined {
    const { tools, dialect } = this.#parts;
    if (!this.#calls.isEmpty || dialect.readsCalls || tools.length === 0) return undefined;
    const { printed } = this.#content;
    const bare = printed === '' ? bareCall(this.#text, tools) : undefined;
    const calls = bare === undefined ? printedCalls(printed, tools) : [bare];
    for (const call of calls) this.#calls.add(call.name, call.arguments);
    if (bare !== undefined) this.#text = '';
    if (calls.length > 0) return {};
    if (printed === '') return undefined;
    this.#text += printed;
    return { broken: this.#calls.refuse(printed, printedAdvice) };
  }

  #finishReason(called: boolean): FinishReason {
    if (this.#finish === 'length') return 'length';
    return called ? 'toolCalls' : 'stop';
  }
}

/** Thoughts whose beginning the template wrote: the reply has only their end. */
function splitThought(content: string, reasoning: string): { content: string; reasoning: string } {
  const at = reasoning === '' ? content.indexOf('</think>') : -1;
  if (at < 0) return { content, reasoning };
  return { content: content.slice(at + '</think>'.length).trimStart(), reasoning: content.slice(0, at).trim() };
}

function usageOf({ prompt_tokens: prompt, completion_tokens: generated, prompt_tokens_details: more }: ReplyUsage) {
  const reused = Math.min(prompt, more?.cached_tokens ?? 0);
  return { reused, computed: prompt - reused, generated: generated ?? 0 };
}
