import type { AssistantMessage, ChatMessage } from '../../protocol/chat.ts';
import type { LogEntry } from '../../protocol/methods.ts';
import type { ChatModel } from './chat-model.ts';
import type { MessageRenderer } from './message-renderer.ts';
import { lengthOfCommonPrefix } from './text-prefix.ts';

/** Ids of the messages from `first` on, and where each of them ends in the text. */
export interface DividedText {
  readonly messages: readonly (ChatMessage | undefined)[];
  readonly first: number;
  readonly ids: number[][];
  readonly ends: number[];
}

interface TextToDivide {
  readonly text: string;
  readonly messages: readonly (ChatMessage | undefined)[];
  readonly first: number;
  readonly base: number; // offset where the message `first` begins
  readonly after: number | undefined; // the id before it
}

const rendersMax = 8_000; // messages rendered to find boundaries, per append

/**
 * Tokenises a rendering from `base` on and gives each message its ids. A message ends where the text stops being the
 * same without the messages after it. With very many messages at once only some boundaries are looked for; the
 * messages between two of them have no ids of their own, the last one has them all.
 */
export function divideText(renderer: MessageRenderer, request: TextToDivide): DividedText {
  const { text, messages, first, base, after } = request;
  const { promptTokenizer } = renderer.model;
  const stride = Math.max(1, Math.ceil(((messages.length - first) * messages.length) / rendersMax));
  const ends: number[] = [];
  for (let index = first; index < messages.length; index++) {
    const previous = ends.at(-1) ?? base;
    if (index === messages.length - 1) ends.push(text.length);
    else if ((index - first + 1) % stride !== 0) ends.push(previous);
    else ends.push(Math.max(previous, boundary(renderer, messages.slice(0, index + 1), text) ?? previous));
  }
  const parts = promptTokenizer.tokenizeParts(
    text.slice(base),
    ends.map((end) => end - base),
    after,
  );
  return { messages, first, ids: parts.map((part) => part.ids), ends: parts.map((part) => base + part.end) };
}

function boundary(
  renderer: MessageRenderer,
  messages: readonly (ChatMessage | undefined)[],
  text: string,
): number | undefined {
  let alone: string;
  try {
    alone = renderer.history(messages.filter((message) => message !== undefined));
  } catch {
    return undefined; // the template needs the messages after these: they share their ids
  }
  return renderer.model.promptTokenizer.outsideSpecial(text, lengthOfCommonPrefix(alone, text));
}

interface Reply {
  readonly before: string; // the log's text
  readonly prompt: string; // the same with the generation prompt
  readonly history: string | undefined; // with the reply as the template writes it; undefined: it refuses
  readonly message: AssistantMessage;
  readonly replyIds: Int32Array;
}

/**
 * The log's text with a reply, and the reply's ids that stay in the log. When the template shows the reply as it was
 * said, its text is taken up to the end-of-turn token; what the reply lacks of the turn's end is then part of the next
 * append. A template that hides thoughts at once gets the model's own text: the next append finds the difference.
 */
export function settleReply(model: ChatModel, reply: Reply): { text: string; ids: number[]; alternative?: string } {
  const { before, history, replyIds } = reply;
  const ids = [...replyIds];
  const last = ids.at(-1);
  const ended = last !== undefined && model.vocabulary.isEnd(last);
  if (
    history === undefined ||
    !continuesPrompt(history, reply) ||
    hidesReasoning(model, history.slice(before.length), reply.message)
  ) {
    return { text: reply.prompt + model.vocabulary.text(ids), ids };
  }
  const closing = findClosing(model, history, before.length);
  // Where the template ends turns otherwise (or not at all), the model's token would stand there twice.
  const keepsEnd = ended && closing?.id === last;
  const text = history.slice(0, keepsEnd ? closing?.end : (closing?.start ?? history.length));
  const kept = ended && !keepsEnd ? ids.slice(0, -1) : ids;
  // Some templates show an empty thought that nobody had, but only as long as the message is the last one.
  const continued = text.slice(before.length).replace(/<think>\s*<\/think>\s*/, '');
  const invented =
    before.length + continued.length < text.length &&
    !/<\/think>/.test(reply.prompt.slice(before.length) + model.vocabulary.text(ids));
  return { text, ids: kept, ...(invented ? { alternative: before + continued } : {}) };
}

/**
 * The text of a log that was brought back from ids, and the ends of some entries in it. The ids decide how much of
 * the last turn's end is there and whether thoughts are that the template no longer shows.
 */
export function restoreText(
  renderer: MessageRenderer,
  entries: readonly LogEntry[],
): { text: string; ends: Map<number, number> } {
  const { model } = renderer;
  const ends = new Map<number, number>();
  // Messages at the end without ids shared those of a later one that is gone: they are yet to be rendered.
  const rendered = entries.findLastIndex(({ ids }) => ids.length > 0) + 1;
  if (rendered < entries.length) return restoreText(renderer, entries.slice(0, rendered));
  const last = entries.at(-1);
  if (last === undefined) return { text: '', ends };
  const messages = entries.map((entry) => entry.message);
  let history: string;
  try {
    history = renderer.history(messages);
  } catch (error) {
    if (messages.some((message) => message.role === 'user')) throw error;
    return { text: '', ends }; // not rendered yet
  }
  for (const [index, { message, ids }] of entries.entries()) {
    if (message.role !== 'assistant' || !hidesReasoning(model, history, message)) continue;
    if (!model.vocabulary.text(ids).includes(message.reasoning?.trim() ?? '')) continue;
    let text = history.slice(0, boundary(renderer, messages.slice(0, index), history) ?? 0);
    for (const [offset, entry] of entries.slice(index).entries()) {
      text += model.vocabulary.text(entry.ids);
      ends.set(index + offset, text.length);
    }
    return { text, ends };
  }
  // A message may end in the middle, where it shared the rest with one that is gone.
  const start = entries.length === 1 ? 0 : boundary(renderer, messages.slice(0, -1), history);
  const reached = start === undefined ? undefined : model.promptTokenizer.offsetAfter(history, start, last.ids);
  if (reached !== undefined) return { text: history.slice(0, reached), ends };
  return {
    text:
      last.message.role === 'assistant'
        ? history.slice(0, coveredEnd(model, history, last.ids))
        : history + beyondEnd(model, history, last.ids),
    ends,
  };
}

/** Characters by which the last token of a rendered message reaches into what came after it. */
function beyondEnd(model: ChatModel, history: string, ids: readonly number[]): string {
  const said = model.vocabulary.text(ids);
  const text = model.promptTokenizer.plain(history);
  const lastPiece = model.vocabulary.text(ids.slice(-1));
  for (let length = 0; length < lastPiece.length; length++) {
    if (text.endsWith(said.slice(0, said.length - length))) return said.slice(said.length - length);
  }
  return '';
}

/** Whether the template still writes what the model was prompted with; whitespace alone is no reason to compute anew. */
function continuesPrompt(history: string, { before, prompt }: Reply): boolean {
  const withoutSpace = (text: string): string => text.slice(before.length).replace(/\s+/g, '');
  return history.startsWith(before) && withoutSpace(history).startsWith(withoutSpace(prompt));
}

function hidesReasoning(model: ChatModel, text: string, message: AssistantMessage): boolean {
  const reasoning = message.reasoning?.trim() ?? '';
  return reasoning !== '' && !model.promptTokenizer.plain(text).includes(reasoning);
}

/** The end-of-turn token a template writes after an assistant's message, when nothing but whitespace follows. */
function findClosing(
  model: ChatModel,
  history: string,
  from: number,
): { id: number; start: number; end: number } | undefined {
  const nearEnd = Math.max(from, history.trimEnd().length - 256);
  const closing = model.promptTokenizer.lastSpecial(history, nearEnd, (id) => model.vocabulary.isEnd(id));
  return closing !== undefined && history.slice(closing.end).trim() === '' ? closing : undefined;
}

/** How far into a rendered history the ids of its last message, an assistant's, reach. */
function coveredEnd(model: ChatModel, history: string, ids: readonly number[]): number {
  const closing = findClosing(model, history, 0);
  if (closing === undefined) return history.length;
  const whole = model.promptTokenizer.tokenize(history.slice(closing.start));
  if (whole.every((id, index) => ids[ids.length - whole.length + index] === id)) return history.length;
  return ids.at(-1) === closing.id ? closing.end : closing.start;
}
