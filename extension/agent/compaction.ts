import type { ChatMessage, ToolMessage } from '../../native/protocol/chat.ts';
import type { AgentConversation } from './agent-conversation.ts';
import { dataBlock } from './data-block.ts';
import { tokensOf, type ModelSession, type SessionEntry, type SessionEvent } from './agent-model.ts';

/** Opens a session on these messages, with the conversation's tools. */
export type OpenSession = (messages: readonly ChatMessage[]) => Promise<ModelSession>;

const summaryRequest = [
  'The conversation is getting too long. Write a note to yourself so that you can continue without it:',
  'what the user asked for, word for word where it matters; what you found out; what you changed, file by file;',
  'what is left to do; what must not be forgotten. Do not call tools.',
].join(' ');

/**
 * Compacts by rule, for models that cannot summarise. Keeps the current request, the files changed since, and the last
 * test report in the shape the model was taught, as if it had just run the tests.
 */
export async function compactByRule(conversation: AgentConversation, open: OpenSession): Promise<void> {
  const messages = conversation.messages();
  const system = messages.filter((message) => message.role === 'system').slice(0, 1);
  const requestAt = messages.findLastIndex((message) => message.role === 'user' && !isContinuation(message.content));
  const request = messages[requestAt]?.content ?? '';
  const firstRequest = messages.find((message) => message.role === 'user')?.content ?? '';
  const block = /\n\n<workspace>[\s\S]*<\/workspace>/.exec(firstRequest)?.[0] ?? '';
  const text = request.includes('<workspace>') ? request : `${request}${block}`;
  const since = messages.slice(requestAt + 1);
  const changed = changedFiles(conversation, since);
  const note = changed.length > 0 ? `\n\nChanged so far: ${changed.join(', ')}` : '';
  await conversation.replaceSession(
    await open([...system, { role: 'user', content: `${text}${note}` }, ...lastTestRun(since)]),
  );
}

/** Most tokens of a summary, and the part of a context that it has at least. */
const summaryTokensMax = 2000;
const summaryShareMin = 0.1;
/** Room for the request of a summary and the marks of the chat template. */
const requestTokens = 300;
/** Room for the marks of a block. */
const blockTokens = 40;

/**
 * Compacts by a summary that the model writes on a fork. Where the conversation leaves no room for it, the last
 * messages are cut and told in the request; where there is no room at all, it compacts by rule. The original session
 * stays unchanged until it is replaced. `onEvent`: what happens while the model writes it.
 */
export async function compactBySummary(
  conversation: AgentConversation,
  open: OpenSession,
  contextTokens: number,
  onEvent: (event: SessionEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const messages = conversation.messages();
  const { entries } = conversation.session;
  const least = Math.min(summaryTokensMax, Math.floor(contextTokens * summaryShareMin));
  const room = contextTokens - requestTokens - least;
  const readable = messagesWithin(entries, room);
  if (readable < 2) return compactByRule(conversation, open);
  const left = entries.slice(0, readable).reduce((rest, entry) => rest - tokensOf(entry), room);
  const fork = await conversation.session.fork(readable);
  let summary: string;
  try {
    const rest = beginningOf(entries.slice(readable), left);
    await fork.append([{ role: 'user', content: rest === '' ? summaryRequest : `${summaryRequest}\n\n${rest}` }]);
    const maxTokens = rest === '' ? Math.min(summaryTokensMax, least + left) : least;
    // A budget, not a level: a level may change the prompt from its beginning, and all would be read again.
    const options = { toolChoice: 'none', maxTokens, thinkingBudget: 0 } as const;
    const result = await fork.generate(options, onEvent, signal);
    summary = result.message.content.trim();
  } finally {
    await fork.close();
  }
  const system = messages.filter((message) => message.role === 'system').slice(0, 1);
  const request = conversation.lastRequest() ?? '';
  const content = `${request}\n\n<summary of the work so far>\n${summary}\n</summary of the work so far>`;
  await conversation.replaceSession(await open([...system, { role: 'user', content }]));
}

/** Number of leading messages with at most `tokens` tokens. No call is parted from its results. */
function messagesWithin(entries: readonly SessionEntry[], tokens: number): number {
  let [count, used] = [0, 0];
  for (const [at, entry] of entries.entries()) {
    used += tokensOf(entry);
    if (used > tokens) break;
    if (entries[at + 1]?.message.role !== 'tool') count = at + 1;
  }
  return count;
}

/** Messages as blocks that say whose they are, cut where they have `tokens` tokens. */
function beginningOf(entries: readonly SessionEntry[], tokens: number): string {
  let left = tokens;
  const texts: string[] = [];
  for (const entry of entries) {
    const { role, content } = entry.message;
    left -= blockTokens;
    if (left <= 0) break;
    const count = Math.max(1, tokensOf(entry));
    const kept = content.slice(0, Math.floor(content.length * Math.min(1, left / count)));
    texts.push(dataBlock('message', { from: role }, kept === content ? kept : `${kept} […]`));
    left -= count;
  }
  return texts.join('\n\n');
}

function isContinuation(text: string): boolean {
  return /^\s*(continue|go on|keep going)\s*\.?\s*$/i.test(text);
}

/** Paths that the calls answered in `messages` changed, in order, each once. */
function changedFiles(conversation: AgentConversation, messages: readonly ChatMessage[]): string[] {
  const paths = messages.flatMap((message) =>
    message.role === 'tool' ? conversation.changedBy(message.toolCallId) : [],
  );
  return [...new Set(paths)];
}

/** The last test report after a `run_tests` call. The call gets the id of a first call: the session begins again. */
function lastTestRun(messages: readonly ChatMessage[]): ChatMessage[] {
  const report = messages.findLast(
    (message): message is ToolMessage =>
      message.role === 'tool' && message.name === 'run_tests' && !message.content.startsWith('Error:'),
  );
  if (report === undefined) return [];
  const id = report.toolCallId.replace(/:\d+$/, ':0');
  return [
    { role: 'assistant', content: '', toolCalls: [{ id, name: 'run_tests', arguments: '{}' }] },
    { role: 'tool', toolCallId: id, name: 'run_tests', content: report.content },
  ];
}
