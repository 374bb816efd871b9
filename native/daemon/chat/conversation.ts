import type { AssistantMessage, ChatMessage } from '../../protocol/chat.ts';
import { CodedError, toCodedError } from '../../protocol/coded-error.ts';
import { messagesMax } from '../../protocol/limits.ts';
import type { LogEntry, SessionSettings } from '../../protocol/methods.ts';
import type { ThinkingChoice } from '../../protocol/thinking.ts';
import type { MessageRenderer } from './message-renderer.ts';
import { divideText, restoreText, settleReply } from './token-alignment.ts';
import type { DividedText } from './token-alignment.ts';
import { callIndexAfter } from './call-index.ts';
import { concatenate, joinIds } from './join-ids.ts';
import { shareLoop } from './share-loop.ts';
import { lengthOfCommonPrefix } from './text-prefix.ts';

/** The prompt of a next reply. */
export interface TurnPrompt {
  readonly ids: Int32Array;
  /** Number of leading `ids` that are the log's: all of the log, unless the template rewrites it. */
  readonly logLength: number;
  /** The end of the rendered text, from the last message on, for `ReplyParser.prompt`. */
  readonly text: string;
  /** Index of the reply's first tool call in the conversation: the ids of some families hold it. */
  readonly nextCallIndex: number;
}

interface AppendResult {
  /** Ids that each appended message added, in order of the messages. */
  readonly ids: number[][];
  /** Set if the template changed text that was in the log: tokens from index `from` on are new. */
  readonly rewritten?: { readonly from: number; readonly reason: string };
}

interface PlannedPrompt {
  readonly prompt: TurnPrompt;
  /** The log as rendered for this prompt, if the template rewrites it. */
  readonly rewritten: DividedText | undefined;
  readonly tailIds: readonly number[];
  readonly rendered: string;
}

/**
 * A conversation as a log of token ids.
 * Only new messages are tokenised; the ids of the model's replies are kept as generated. Beside the log stands its
 * text: while a new rendering begins with that text, only the rest is appended. Otherwise everything from the first
 * changed message on is tokenised again.
 *
 * Changes and prompts are computed one at a time, in the order of the calls, and the log changes at once at the end of
 * each: what is read or forked meanwhile is the log before it. Rendering and tokenising of much text is done on other
 * threads. A `signal` ends the wait for them; the log is unchanged then.
 */
export class Conversation {
  #renderings: MessageRenderer;
  /** Renders for the operation under way, until its signal is aborted. */
  #renderer: MessageRenderer;
  #last: Promise<unknown> = Promise.resolve();
  #entries: LogEntry[];
  /** Offset at which each entry ends in the text; undefined: not computed since the log was restored. */
  #ends: (number | undefined)[];
  #text: string | undefined;
  /** A second text that the log's tokens are right for as well. */
  #alternative: string | undefined;
  #ids: Int32Array;
  #planned: PlannedPrompt | undefined;

  constructor(renderer: MessageRenderer, entries: readonly LogEntry[]) {
    this.#renderings = renderer;
    this.#renderer = renderer;
    this.#entries = entries.map(({ message, ids }) => ({ message, ids: [...ids] }));
    this.#ends = this.#entries.map(() => undefined);
    this.#text = this.#entries.length === 0 ? '' : undefined;
    this.#ids = Int32Array.from(this.#entries.flatMap((entry) => entry.ids));
  }

  get settings(): SessionSettings {
    return this.#renderings.settings;
  }

  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  /** All token ids of the log; never changed in place. */
  get ids(): Int32Array {
    return this.#ids;
  }

  /** Number of token ids of the log. */
  get length(): number {
    return this.#ids.length;
  }

  /** Adds messages. Throws `template.failed`, and `request.invalid` for too many; the log is unchanged then. */
  append(messages: readonly ChatMessage[], signal?: AbortSignal): Promise<AppendResult> {
    return this.#inOrder(() => this.#append(messages), signal);
  }

  /** The whole prompt: the log, then the generation prompt. Does not change the log. Throws `template.failed`. */
  prompt(signal?: AbortSignal): Promise<TurnPrompt> {
    return this.#inOrder(async () => (await this.#plan()).prompt, signal);
  }

  /** Adds the model's reply to the last `prompt()`. Returns all ids added: generation prompt and reply. */
  commit(message: AssistantMessage, replyIds: Int32Array): Promise<number[]> {
    return this.#inOrder(() => this.#commit(message, replyIds));
  }

  /**
   * Sets how much the model thinks from the next prompt on. What the template writes otherwise at that level is
   * tokenised again.
   */
  setThinking(level: ThinkingChoice, signal?: AbortSignal): Promise<void> {
    return this.#inOrder(async () => {
      if ((this.settings.thinking ?? 'default') === level) return;
      // The log's text and its ends are those of the level before.
      await this.#textNow();
      for (const index of this.#entries.keys()) await this.#endOf(index);
      this.#renderings = this.#renderings.thinking(level);
      this.#planned = undefined;
    }, signal);
  }

  /** Keeps the first `messages` messages. Throws `session.position`. */
  rewind(messages: number): Promise<void> {
    return this.#inOrder(() => this.#rewind(messages));
  }

  /** A copy that shares nothing. */
  fork(): Conversation {
    const copy = new Conversation(this.#renderings, []);
    copy.#entries = [...this.#entries];
    copy.#ends = [...this.#ends];
    copy.#text = this.#text;
    copy.#ids = this.#ids;
    copy.#alternative = this.#alternative;
    return copy;
  }

  #inOrder<T>(operation: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const result = this.#last.then(() => {
      this.#renderer = this.#renderings.until(signal);
      return operation();
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #append(messages: readonly ChatMessage[]): Promise<AppendResult> {
    if (messages.length === 0) return { ids: [] };
    if (this.#entries.length + messages.length > messagesMax)
      throw new CodedError('request.invalid', `A conversation holds at most ${messagesMax} messages: start another.`);
    const all = [...this.#messages(), ...messages];
    let text: string;
    try {
      text = await this.#renderer.history(all);
    } catch (error) {
      // Several templates need a user message: messages before the first one are rendered together with it.
      if (toCodedError(error).code !== 'template.failed' || all.some((message) => message.role === 'user')) throw error;
      return this.#appendUnrendered(messages);
    }
    const divided = await this.#divide(text, all);
    const rewritten = await this.#rewriting(divided, text);
    const before = this.#entries.length;
    const taken = rewritten === undefined ? await this.#keepingEntries(divided, text) : divided;
    this.#apply(taken, text, await this.#idsWith(taken));
    return {
      ids: this.#entries.slice(before).map((entry) => [...entry.ids]),
      ...(rewritten === undefined ? {} : { rewritten }),
    };
  }

  async #commit(message: AssistantMessage, replyIds: Int32Array): Promise<number[]> {
    const { rewritten, tailIds, rendered } = await this.#plan();
    let history: string | undefined;
    try {
      history = await this.#renderer.history([...this.#messages(), message]);
    } catch (error) {
      // Keep the reply although the template refuses it: the next append reports the fault.
      if (toCodedError(error).code !== 'template.failed') throw error;
    }
    const before = rewritten === undefined ? await this.#textNow() : rendered.slice(0, rewritten.ends.at(-1) ?? 0);
    if (rewritten !== undefined) this.#apply(rewritten, before, await this.#idsWith(rewritten));
    const settled = settleReply(this.#renderer.model, { before, prompt: rendered, history, message, replyIds });
    const ids = [...tailIds, ...settled.ids];
    this.#entries.push({ message, ids });
    this.#ends.push(settled.text.length);
    this.#changed(settled.text, concatenate(this.#ids, ids));
    this.#alternative = settled.alternative;
    return [...ids];
  }

  async #rewind(messages: number): Promise<void> {
    if (!Number.isInteger(messages) || messages < 0 || messages > this.#entries.length) {
      throw new CodedError(
        'session.position',
        `The conversation has ${this.#entries.length} messages; ${messages} cannot be kept.`,
        {
          data: { messages: this.#entries.length },
        },
      );
    }
    if (messages === this.#entries.length) return;
    const text = this.#text === undefined ? undefined : this.#text.slice(0, await this.#endOf(messages - 1));
    const ids = this.#ids.slice(0, this.#tokensOf(messages));
    this.#entries.length = messages;
    this.#ends.length = messages;
    this.#changed(messages === 0 ? '' : text, ids);
  }

  #messages(): ChatMessage[] {
    return this.#entries.map((entry) => entry.message);
  }

  async #plan(): Promise<PlannedPrompt> {
    if (this.#planned !== undefined) return this.#planned;
    const messages = this.#messages();
    const rendered = await this.#renderer.prompt(messages);
    const text = await this.#textFor(rendered);
    const { promptTokenizer } = this.#renderer.model;
    const nextCallIndex = callIndexAfter(messages);
    if (rendered.startsWith(text)) {
      const tail = rendered.slice(text.length);
      const tailIds = await promptTokenizer.tokenize(tail, this.#ids.at(-1));
      const prompt = {
        ids: concatenate(this.#ids, tailIds),
        logLength: this.length,
        text: promptTokenizer.content.plain(tail),
        nextCallIndex,
      };
      return (this.#planned = { prompt, rewritten: undefined, tailIds, rendered });
    }
    // The last part, without a message, is the generation prompt.
    const divided = await this.#divide(rendered, [...messages, undefined]);
    const tailIds = divided.ids.pop() ?? [];
    divided.ends.pop();
    const prompt = {
      ids: concatenate(await this.#idsWith(divided), tailIds),
      logLength: (await this.#rewriting(divided, rendered))?.from ?? this.length,
      text: promptTokenizer.content.plain(rendered.slice(divided.ends.at(-1) ?? 0)),
      nextCallIndex,
    };
    return (this.#planned = { prompt, rewritten: divided, tailIds, rendered });
  }

  /** Ids of a new rendering, from the first message that differs from the log's text. */
  async #divide(text: string, messages: readonly (ChatMessage | undefined)[]): Promise<DividedText> {
    const before = await this.#textFor(text);
    let first = this.#entries.length;
    if (!text.startsWith(before)) first = await this.#firstBeyond(lengthOfCommonPrefix(before, text));
    const base = first === this.#entries.length ? before.length : await this.#endOf(first - 1);
    const after = this.#entries
      .slice(0, first)
      .findLast((entry) => entry.ids.length > 0)
      ?.ids.at(-1);
    return await divideText(this.#renderer, { text, messages, first, base, after });
  }

  /** Index of the first entry that ends after `offset`. */
  async #firstBeyond(offset: number): Promise<number> {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((await this.#endOf(middle)) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  async #rewriting(divided: DividedText, text: string): Promise<AppendResult['rewritten']> {
    const kept = this.#tokensOf(divided.first);
    const old = this.#ids;
    if (kept === old.length) return undefined;
    const fresh = await joinIds(divided.ids);
    let from = kept;
    while (from < old.length && old[from] === fresh[from - kept]) from++;
    if (from === old.length) return undefined;
    const { content } = this.#renderer.model.promptTokenizer;
    const before = await this.#textNow();
    const shared = content.outsideSpecial(before, content.outsideSpecial(text, lengthOfCommonPrefix(before, text)));
    const index = Math.min(await this.#firstBeyond(shared), this.#entries.length - 1);
    const sample = (whole: string): string => JSON.stringify(content.plain(whole.slice(shared, shared + 40)));
    const which = `message ${index + 1} (${this.#entries[index]?.message.role ?? 'none'})`;
    return {
      from,
      reason: `The chat template writes ${which} differently now: ${sample(text)} instead of ${sample(before)}.`,
    };
  }

  /**
   * The text may change while the log's tokens stay right: the template showed something that the model never said. The
   * old entries then keep their ids, and the new messages share the ids after them.
   */
  async #keepingEntries(divided: DividedText, text: string): Promise<DividedText> {
    const old = this.#entries.slice(divided.first);
    if (old.length === 0) return divided;
    const { promptTokenizer } = this.#renderer.model;
    const ids = divided.ids.slice(old.length);
    const misplaced = count(divided.ids.slice(0, old.length)) - count(old.map((entry) => entry.ids));
    if (misplaced > 0) ids[0] = [...divided.ids.slice(0, old.length).flat().slice(-misplaced), ...(ids[0] ?? [])];
    for (let surplus = -misplaced, index = 0; surplus > 0 && index < ids.length; index++)
      surplus -= ids[index]?.splice(0, surplus).length ?? 0;
    let end = divided.first === 0 ? 0 : await this.#endOf(divided.first - 1);
    const ends = old.map((entry) => (end = promptTokenizer.offsetAfter(text, end, entry.ids) ?? end));
    return {
      ...divided,
      ids: [...old.map((entry) => [...entry.ids]), ...ids],
      ends: [...ends, ...divided.ends.slice(old.length).map((each) => Math.max(each, end))],
    };
  }

  /** The log's ids up to the first message that was divided, then those of the others. */
  #idsWith({ first, ids }: DividedText): Promise<Int32Array> {
    return joinIds(ids, this.#ids.subarray(0, this.#tokensOf(first)));
  }

  #apply(divided: DividedText, text: string, ids: Int32Array): void {
    const messages = divided.messages.slice(divided.first, divided.first + divided.ids.length);
    const entries = messages.flatMap((message, index) =>
      message === undefined ? [] : [{ message, ids: divided.ids[index] ?? [] }],
    );
    // Not spliced: that would exceed the limit of a call's arguments.
    this.#entries = [...this.#entries.slice(0, divided.first), ...entries];
    this.#ends = [...this.#ends.slice(0, divided.first), ...divided.ends];
    this.#changed(text, ids);
  }

  #appendUnrendered(messages: readonly ChatMessage[]): AppendResult {
    for (const message of messages) {
      this.#entries.push({ message, ids: [] });
      this.#ends.push(0);
    }
    this.#changed('', this.#ids);
    return { ids: messages.map(() => []) };
  }

  /** Number of tokens of the first `count` entries. */
  #tokensOf(count: number): number {
    if (count === this.#entries.length) return this.#ids.length;
    return this.#entries.slice(0, count).reduce((sum, entry) => sum + entry.ids.length, 0);
  }

  #changed(text: string | undefined, ids: Int32Array): void {
    this.#text = text;
    this.#alternative = undefined;
    this.#ids = ids;
    this.#planned = undefined;
  }

  /** The log's text; rendered on first use if the log was restored from ids. */
  async #textNow(): Promise<string> {
    if (this.#text === undefined) {
      const restored = await restoreText(this.#renderer, this.#entries);
      this.#text = restored.text;
      for (const [index, end] of restored.ends) this.#ends[index] = end;
    }
    return this.#text;
  }

  /** The one of the log's texts that `rendered` begins with; the usual one if neither. */
  async #textFor(rendered: string): Promise<string> {
    const text = await this.#textNow();
    const alternative = this.#alternative;
    if (alternative === undefined || rendered.startsWith(text) || !rendered.startsWith(alternative)) return text;
    this.#text = alternative;
    this.#alternative = undefined;
    this.#ends[this.#ends.length - 1] = alternative.length;
    return alternative;
  }

  /** Offset at which an entry ends in the log's text; 0 for an index outside the log, -1 included. */
  async #endOf(index: number): Promise<number> {
    if (this.#entries[index] === undefined) return 0;
    const text = await this.#textNow();
    // Replies may differ from what the template writes; all other entries have exactly its tokens.
    let from = index;
    while (this.#ends[from] === undefined && this.#entries[from]?.message.role !== 'assistant' && from >= 0) from--;
    let end = from < 0 ? 0 : (this.#ends[from] ?? (await this.#renderedEnd(from)));
    if (from >= 0) this.#ends[from] = end;
    for (let at = from + 1; at <= index; at++) {
      await shareLoop();
      const { ids = [] } = this.#entries[at] ?? {};
      const next = this.#renderer.model.promptTokenizer.offsetAfter(text, end, ids);
      if (next === undefined) return (this.#ends[index] = await this.#renderedEnd(index));
      this.#ends[at] = end = next;
    }
    return end;
  }

  async #renderedEnd(index: number): Promise<number> {
    const alone = await restoreText(this.#renderer, this.#entries.slice(0, index + 1));
    return lengthOfCommonPrefix(alone.text, await this.#textNow());
  }
}

function count(parts: readonly (readonly number[])[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
