import type { AnswerPrefix } from '../schema/response-grammar.ts';
import type { ChatMessage, ToolChoice, ToolDefinition } from '../../../protocol/chat.ts';
import type { GenerateEvent } from '../../../protocol/generation.ts';

/**
 * How one family of models writes reasoning and tool calls. One file per family implements this.
 * Owns: markers, parsing, grammar. Does not own: templates (the GGUF's), sampling, sessions.
 */
export interface ToolFormat {
  readonly name: string;
  /** Whether this family wrote the template: looked at in order, the first match wins. */
  matches(template: string, architecture: string): boolean;
  /** A new parser for one reply. `prompt` is the end of the rendered prompt, which may have opened reasoning. */
  parser(options: ParserOptions): ReplyParser;
  /**
   * GBNF that constrains calls to the tools' schemas, and what switches it on; undefined when there is nothing to
   * constrain. A tool whose parameters cannot become a grammar is not held to them. Throws `grammar.invalid` for a
   * named tool that is not offered.
   */
  grammar(request: GrammarRequest): ToolGrammar | undefined;
  /** Texts of special tokens that must reach the parser although they are not visible text. */
  readonly markers: readonly string[];
  /** Tokens that end the family's turn, also where the model's file does not say so. Left out: what the file says. */
  readonly ends?: readonly string[];
  /** How thoughts stand in a reply; left out: the family has none. */
  readonly reasoning?: ReasoningMarks;
  /** Text allowed before a constrained answer (reasoning, a channel header); undefined: none. */
  answerPrefix(start: ReplyStart): AnswerPrefix | undefined;
  /**
   * Only where the template knows no tools: the same messages with tools, calls and results as plain text. The template
   * is then rendered without tools.
   */
  promptMessages?(messages: readonly ChatMessage[], tools: readonly ToolDefinition[]): ChatMessage[];
}

/** What begins and ends thoughts, and what is written to end them before their time. */
export interface ReasoningMarks {
  readonly open: string;
  /** Any of these ends them. */
  readonly close: readonly string[];
  /** They begin before any other text or not at all. */
  readonly atStart: boolean;
  /** Written the first time that their budget is used up, the second time, and so on; the last for all that follow. */
  readonly endings: readonly string[];
}

export interface ParserOptions {
  readonly prompt: string;
  readonly tools: readonly ToolDefinition[];
  /** Index of the next call in the whole conversation (Kimi counts through it). */
  readonly nextCallIndex: number;
  /** The requested tool choice; with `none` any call is broken. */
  readonly choice: ToolChoice;
}

/** What a constrained reply begins with. */
export interface ReplyStart {
  /** The end of the rendered prompt, as for the parser. */
  readonly prompt: string;
  /** False where neither template nor vocabulary know the family's marks of thoughts. Default: true. */
  readonly mayReason?: boolean;
}

export interface GrammarRequest extends ReplyStart {
  readonly tools: readonly ToolDefinition[];
  readonly choice: ToolChoice;
  readonly parallel: boolean;
  /** Writes what an answer must be where the model may choose between a call and an answer. */
  readonly answer?: AnswerPrefix;
}

export interface ToolGrammar {
  readonly gbnf: string;
  readonly root: string;
  /**
   * What switches a lazy grammar on: texts (a token trigger if the vocabulary has that token, else a pattern) and
   * ECMAScript regular expressions over the text so far; both empty: constrain from the start.
   */
  readonly triggerTexts: readonly string[];
  readonly triggerPatterns: readonly string[];
  /** Sentences for the log: tools that are not held to their parameters, and why. */
  readonly notes: readonly string[];
}

/**
 * What a reply is made of, in order: the events of a turn that a parser makes. Several `call` events of one index carry
 * its arguments piece by piece.
 */
export type ReplyEvent = Exclude<GenerateEvent, { readonly kind: 'queued' | 'prefill' | 'decode' }>;

/**
 * Reads reply text in which special tokens appear as their text. Never throws on anything a model may write.
 * `push` returns the events that are certain now, `end` the rest; `truncated`: it was cut by length or a stop string.
 */
export interface ReplyParser {
  push(text: string): ReplyEvent[];
  end(truncated: boolean): ReplyEvent[];
}
