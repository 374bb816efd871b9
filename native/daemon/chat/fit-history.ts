import type { AssistantMessage, ChatMessage } from '../../protocol/chat.ts';
import type { HistoryShape } from './history-shape.ts';

/** Stands for a user message where the template must have one and the conversation has none. */
const someRequest = 'Go on.';
/** Stands for an assistant's text where the template must have one. */
const someReply = '...';

/**
 * The same conversation in messages that the template renders: none is refused and none is left out. Messages that fit
 * stay the objects that they are.
 * @param asksForReply whether the generation prompt follows.
 */
export function fitHistory(
  messages: readonly ChatMessage[],
  shape: HistoryShape,
  asksForReply: boolean,
): readonly ChatMessage[] {
  let fitting = withSystemsInPlace(messages, shape.systems);
  if (shape.needsUser) fitting = beginningWithUser(fitting, asksForReply);
  if (!shape.textBesideCalls) fitting = fitting.flatMap((message) => textApart(message, shape.assistantsInRow));
  if (!shape.emptyReplies) fitting = fitting.map(withText);
  if (!shape.userAfterTool) fitting = fitting.flatMap(replyBetween);
  return joinNeighbours(fitting, shape);
}

/** System messages where the template shows them. Others go to the front of the next user message, or become one. */
function withSystemsInPlace(messages: readonly ChatMessage[], where: HistoryShape['systems']): readonly ChatMessage[] {
  if (where === 'anywhere') return messages;
  const start = messages.findIndex((message) => message.role !== 'system');
  const leading = start < 0 ? messages : messages.slice(0, start);
  const result: ChatMessage[] = [];
  let waiting: string[] = [];
  if (where === 'none') waiting = leading.map((message) => message.content);
  else if (where === 'leading' || leading.length < 2) result.push(...leading);
  else result.push({ role: 'system', content: joined(leading.map((message) => message.content)) });
  const release = (): void => {
    if (waiting.length > 0) result.push({ role: 'user', content: joined(waiting) });
    waiting = [];
  };
  for (const message of start < 0 ? [] : messages.slice(start)) {
    if (message.role === 'system') {
      waiting.push(message.content);
    } else if (message.role === 'user' && waiting.length > 0) {
      result.push({ role: 'user', content: joined([...waiting, message.content]) });
      waiting = [];
    } else {
      // Nothing may stand between calls and their results.
      if (message.role !== 'tool') release();
      result.push(message);
    }
  }
  release();
  return result;
}

function beginningWithUser(messages: readonly ChatMessage[], asksForReply: boolean): readonly ChatMessage[] {
  const at = messages.findIndex((message) => message.role !== 'system');
  if (at < 0 ? !asksForReply : messages[at]?.role === 'user') return messages;
  const start = at < 0 ? messages.length : at;
  return [...messages.slice(0, start), { role: 'user', content: someRequest }, ...messages.slice(start)];
}

/** An assistant message with text and calls as two messages. */
function textApart(message: ChatMessage, inRow: boolean): ChatMessage[] {
  if (message.role !== 'assistant' || message.content === '' || !hasCalls(message)) return [message];
  const { toolCalls = [], ...text } = message;
  const between: ChatMessage[] = inRow ? [] : [{ role: 'user', content: someRequest }];
  return [text, ...between, { role: 'assistant', content: '', toolCalls }];
}

function withText(message: ChatMessage): ChatMessage {
  const isEmpty = message.role === 'assistant' && message.content === '' && !hasCalls(message);
  return isEmpty ? { ...message, content: someReply } : message;
}

function replyBetween(message: ChatMessage, at: number, all: readonly ChatMessage[]): ChatMessage[] {
  const follows = message.role === 'user' && all[at - 1]?.role === 'tool';
  return follows ? [{ role: 'assistant', content: someReply }, message] : [message];
}

/** Two messages of the user, or two of the assistant, as one where the template does not take them in a row. */
function joinNeighbours(messages: readonly ChatMessage[], shape: HistoryShape): readonly ChatMessage[] {
  if (shape.usersInRow && shape.assistantsInRow) return messages;
  const result: ChatMessage[] = [];
  for (const message of messages) {
    const before = result.at(-1);
    if (before?.role === 'user' && message.role === 'user' && !shape.usersInRow) {
      result[result.length - 1] = { role: 'user', content: joined([before.content, message.content]) };
    } else if (before?.role === 'assistant' && message.role === 'assistant' && !shape.assistantsInRow) {
      result[result.length - 1] = oneReply(before, message);
    } else {
      result.push(message);
    }
  }
  return result;
}

function oneReply(one: AssistantMessage, other: AssistantMessage): AssistantMessage {
  const reasoning = joined([one.reasoning ?? '', other.reasoning ?? '']);
  const toolCalls = [...(one.toolCalls ?? []), ...(other.toolCalls ?? [])];
  return {
    role: 'assistant',
    content: joined([one.content, other.content]),
    ...(reasoning === '' ? {} : { reasoning }),
    ...(toolCalls.length === 0 ? {} : { toolCalls }),
  };
}

function hasCalls(message: AssistantMessage): boolean {
  return (message.toolCalls?.length ?? 0) > 0;
}

function joined(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n\n');
}
