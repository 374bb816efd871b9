import type { AssistantMessage, ChatMessage } from '../../protocol/chat.ts';
import { toCodedError } from '../../protocol/coded-error.ts';
import type { LogEntry } from '../../protocol/methods.ts';
import type { ChatModel } from './chat-model.ts';
import type { MessageRenderer } from './message-renderer.ts';
import { shareLoop } from './share-loop.ts';
import { lengthOfCommonPrefix } from './text-prefix.ts';

/** Ids of each message from index `first` on, and the offset at which it ends in the text. */
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
const boundariesMsMax = 2_000; // slow templates: the boundaries not found by then are not looked for

/**
 * Tokenises a rendering from `base` on and assigns the ids to messages. A message ends where the text stops being the
 * same as without the messages after it. For very many messages only some boundaries are computed; of the messages
 * between two of them, the last one gets all the ids.
 */
export async function divideText(renderer: MessageRenderer, request: TextToDivide): Promise<DividedText> {
  const { text, messages, first, base, after } = request;
  const { promptTokenizer } = renderer.model;
  const stride = Math.max(1, Math.ceil(((messages.length - first) * messages.length) / rendersMax));
  const begun = performance.now();
  const ends: number[] = [];
  for (let index = first; index < messages.length; index++) {
    const previous = ends.at(-1) ?? base;
    if (index === messages.length - 1) ends.push(text.length);
    else if ((index - first + 1) % stride !== 0 || performance.now() - begun > boundariesMsMax) ends.push(previous);
    else ends.push(Math.max(previous, (await boundary(renderer, messages.slice(0, index + 1), text)) ?? previous));
  }
  const parts = await promptTokenizer.tokenizeParts(
    text.slice(base),
    ends.map((end) => end - base),
    after,
  );
  return { messages, first, ids: parts.map((part) => part.ids), ends: parts.map((part) => base + part.end) };
}

async function boundary(
  renderer: MessageRenderer,
  messages: readonly (ChatMessage | undefined)[],
  text: string,
): Promise<number | undefined> {
  let alone: string;
  try {
    alone = await renderer.history(messages.filter((message) => message !== undefined));
  } catch (error) {
    if (toCodedError(error).code !== 'template.failed') throw error;
    return undefined; // the template needs later messages too: this one shares their ids
  }
  return renderer.model.promptTokenizer.content.outsideSpecial(text, lengthOfCommonPrefix(alone, text));
}

interface Reply {
  readonly before: string; // the log's text
  readonly prompt: string; // the same with the generation prompt
  readonly history: string | undefined; // with the reply as the template writes it; undefined: it refuses
  readonly message: AssistantMessage;
  readonly replyIds: Int32Array;
}

/**
 * The log's text with a reply, and the reply's ids that stay in the log. If the template shows the reply as generated,
 * the text is the template's up to the end-of-turn token; the rest of the turn's end belongs to the next append. If the
 * template hides the reasoning, the text is the model's own, and the next append finds the difference.
 */
export function settleReply(model: ChatModel, reply: Reply): { text: string; ids: number[]; alternative?: string } {
  const { before, history, replyIds } = reply;
  const ids = [...replyIds];
  const last = ids.at(-1);
  const ended = last !== undefined && model.vocabulary.isEnd(last);
  if (
    history === undefined ||
    !continuesPrompt(history, reply) ||
    hidesReasoning(model.promptTokenizer.content.plain(history.slice(before.length)), reply.message)
  ) {
    return { text: reply.prompt + model.vocabulary.text(ids), ids };
  }
  const closing = findClosing(model, history, before.length);
  // If the template ends turns with another token or with none, keeping the model's would end the turn twice.
  const keepsEnd = ended && closing?.id === last;
  const text = history.slice(0, keepsEnd ? closing?.end : (closing?.start ?? history.length));
  const kept = ended && !keepsEnd ? ids.slice(0, -1) : ids;
  // Some templates add an empty thought to the last message and drop it when another message follows.
  const continued = text.slice(before.length).replace(/<think>\s*<\/think>\s*/, '');
  const invented =
    before.length + continued.length < text.length &&
    !/<\/think>/.test(reply.prompt.slice(before.length) + model.vocabulary.text(ids));
  return { text, ids: kept, ...(invented ? { alternative: before + continued } : {}) };
}

/**
 * The text of a log restored from ids, and the ends of some entries in it. The ids decide how much of the last turn's
 * end is in it, and whether it has reasoning that the template no longer shows.
 */
export async function restoreText(
  renderer: MessageRenderer,
  entries: readonly LogEntry[],
): Promise<{ text: string; ends: Map<number, number> }> {
  const { model } = renderer;
  const ends = new Map<number, number>();
  // Last messages without ids shared the ids of a later message that was removed: render them with the next append.
  const rendered = entries.findLastIndex(({ ids }) => ids.length > 0) + 1;
  if (rendered < entries.length) return await restoreText(renderer, entries.slice(0, rendered));
  const last = entries.at(-1);
  if (last === undefined) return { text: '', ends };
  const messages = entries.map((entry) => entry.message);
  let history: string;
  try {
    history = await renderer.history(messages);
  } catch (error) {
    if (toCodedError(error).code !== 'template.failed' || messages.some((message) => message.role === 'user'))
      throw error;
    return { text: '', ends }; // not rendered yet
  }
  const plain = model.promptTokenizer.content.plain(history);
  for (const [index, { message, ids }] of entries.entries()) {
    await shareLoop();
    if (message.role !== 'assistant' || !hidesReasoning(plain, message)) continue;
    if (!model.vocabulary.text(ids).includes(message.reasoning?.trim() ?? '')) continue;
    let text = history.slice(0, (await boundary(renderer, messages.slice(0, index), history)) ?? 0);
    for (const [offset, entry] of entries.slice(index).entries()) {
      text += model.vocabulary.text(entry.ids);
      ends.set(index + offset, text.length);
    }
    return { text, ends };
  }
  // The last message may be incomplete: the rest was in the ids of a message that was removed.
  const start = entries.length === 1 ? 0 : await boundary(renderer, messages.slice(0, -1), history);
  const reached = start === undefined ? undefined : model.promptTokenizer.offsetAfter(history, start, last.ids);
  if (reached !== undefined) return { text: history.slice(0, reached), ends };
  return {
    text:
      last.message.role === 'assistant'
        ? history.slice(0, await coveredEnd(model, history, last.ids))
        : history + beyondEnd(model, history, last.ids),
    ends,
  };
}

/** Characters of the last token that belong to the message after this one. */
function beyondEnd(model: ChatModel, history: string, ids: readonly number[]): string {
  const said = model.vocabulary.text(ids);
  const text = model.promptTokenizer.content.plain(history);
  const lastPiece = model.vocabulary.text(ids.slice(-1));
  for (let length = 0; length < lastPiece.length; length++) {
    if (text.endsWith(said.slice(0, said.length - length))) return said.slice(said.length - length);
  }
  return '';
}

/** Whether the template still writes the prompt the model had. Whitespace is not worth recomputing for. */
function continuesPrompt(history: string, { before, prompt }: Reply): boolean {
  const withoutSpace = (text: string): string => text.slice(before.length).replace(/\s+/g, '');
  return history.startsWith(before) && withoutSpace(history).startsWith(withoutSpace(prompt));
}

function hidesReasoning(plain: string, message: AssistantMessage): boolean {
  const reasoning = message.reasoning?.trim() ?? '';
  return reasoning !== '' && !plain.includes(reasoning);
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
async function coveredEnd(model: ChatModel, history: string, ids: readonly number[]): Promise<number> {
  const closing = findClosing(model, history, 0);
  if (closing === undefined) return history.length;
  const whole = await model.promptTokenizer.tokenize(history.slice(closing.start));
  if (whole.every((id, index) => ids[ids.length - whole.length + index] === id)) return history.length;
  return ids.at(-1) === closing.id ? closing.end : closing.start;
}
