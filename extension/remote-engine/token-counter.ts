import type { ChatMessage, ToolDefinition } from '../../native/protocol/chat.ts';
import { isRecord } from '../workspace/is-record.ts';
import type { EngineClient } from './engine-client.ts';

/** Bytes of English and code per token, until the engine has told better. Most vocabularies need fewer tokens. */
const bytesPerTokenDefault = 3.2;
/** Bounds of what is learned: a strange answer must not make all estimates useless. */
const bytesPerTokenLimits = { least: 1.5, most: 6 };
/** Answers that have fewer tokens of prompt teach nothing: most of it is the template. */
const learnFrom = 500;
/** Texts with a remembered count. */
const countsMax = 2000;
/** More texts than these are counted together, in one request. */
const singlesMax = 8;
/** Tokens around each message, for its role and its end. */
const frame = 4;

/** Counts tokens: with the engine's tokenizer where it has one, else by an estimate that learns from what it tells. */
export class TokenCounter {
  readonly #client: EngineClient;
  readonly #model: string;
  readonly #counts = new Map<string, number>();
  #tokenizer: 'unknown' | 'there' | 'missing' = 'unknown';
  #bytesPerToken = bytesPerTokenDefault;

  constructor(client: EngineClient, model: string) {
    this.#client = client;
    this.#model = model;
  }

  /** True while counts are estimates. */
  get estimates(): boolean {
    return this.#tokenizer !== 'there';
  }

  /** Finds out whether the engine has a tokenizer. */
  async probe(signal: AbortSignal): Promise<void> {
    const count = await this.#ask('a', signal);
    this.#tokenizer = count === undefined ? 'missing' : 'there';
  }

  /** The tokens of each text. Of many texts the sum is exact, and each gets its share by length. */
  async count(texts: readonly string[], signal: AbortSignal): Promise<readonly number[]> {
    const unknown = [...new Set(texts)].filter((text) => text !== '' && !this.#counts.has(text));
    if (this.#tokenizer === 'there' && unknown.length > 0) await this.#countAll(unknown, signal);
    return texts.map((text) => this.#counts.get(text) ?? this.estimate(text));
  }

  estimate(text: string): number {
    return Math.ceil(Buffer.byteLength(text) / this.#bytesPerToken);
  }

  /** Tokens of a message, about. */
  estimateMessage(message: ChatMessage): number {
    return frame + this.estimate(wordsOf(message));
  }

  /** Tokens that the tools take at the beginning of a conversation, about. */
  estimateTools(tools: readonly ToolDefinition[]): number {
    return tools.length === 0 ? 0 : this.estimate(JSON.stringify(tools));
  }

  /** Learns from the tokens that the engine counted for a prompt that was estimated. */
  learn(estimated: number, counted: number): void {
    if (counted < learnFrom || estimated <= 0) return;
    const { least, most } = bytesPerTokenLimits;
    this.#bytesPerToken = Math.min(most, Math.max(least, (this.#bytesPerToken * estimated) / counted));
  }

  async #countAll(texts: readonly string[], signal: AbortSignal): Promise<void> {
    if (texts.length <= singlesMax) {
      await Promise.all(texts.map(async (text) => this.#remember(text, await this.#ask(text, signal))));
      return;
    }
    const together = await this.#ask(texts.join('\n'), signal);
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    if (together === undefined) return;
    for (const text of texts) this.#remember(text, Math.ceil((together * Buffer.byteLength(text)) / bytes));
  }

  #remember(text: string, count: number | undefined): void {
    if (count === undefined) return;
    if (this.#counts.size >= countsMax) this.#counts.clear();
    this.#counts.set(text, count);
  }

  /** Undefined when the engine cannot count, or not now. */
  async #ask(text: string, signal: AbortSignal): Promise<number | undefined> {
    // vLLM and SGLang read `prompt`, llama-server `content`.
    const body = { model: this.#model, prompt: text, content: text, add_special_tokens: false };
    const answer = await this.#client.ask(`${this.#client.address.root}/tokenize`, signal, body).catch(() => undefined);
    if (!isRecord(answer)) return undefined;
    if (typeof answer.count === 'number') return answer.count;
    return Array.isArray(answer.tokens) ? answer.tokens.length : undefined;
  }
}

function wordsOf(message: ChatMessage): string {
  if (message.role !== 'assistant') return message.content;
  const calls = (message.toolCalls ?? []).map((call) => `${call.name}${call.arguments}`);
  return [message.reasoning ?? '', message.content, ...calls].join('');
}
