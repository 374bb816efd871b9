import type { ChatMessage, ToolMessage } from '../../native/protocol/chat.ts';
import type { AgentConversation } from './agent-conversation.ts';
import type { ModelSession } from './agent-model.ts';

/** Opens a session on these messages, with the conversation's tools. */
export type OpenSession = (messages: readonly ChatMessage[]) => Promise<ModelSession>;

const summaryRequest = [
  'The conversation is getting too long. Write a note to yourself so that you can go on without it: what the user asked for, word for word where it matters; what you found out; what you changed, file by file; what is left to do; what must not be forgotten. Do not call tools.',
].join('\n');

/**
 * Shortens by rule, for models that cannot summarise: the request that is being worked on, the files changed since,
 * and the last test report, in the shape the model knows (as if it had just run the tests).
 */
export async function compactByRule(conversation: AgentConversation, open: OpenSession): Promise<void> {
  const messages = conversation.messages();
  const system = messages.filter((message) => message.role === 'system').slice(0, 1);
  const requestAt = messages.findLastIndex((message) => message.role === 'user' && !isContinuation(message.content));
  const request = messages[requestAt]?.content ?? '';
  const block =
    /\n\n<workspace>[\s\S]*<\/workspace>/.exec(
      messages.find((message) => message.role === 'user')?.content ?? '',
    )?.[0] ?? '';
  const text = request.includes('<workspace>') ? request : `${request}${block}`;
  const changed = changedFiles(messages.slice(requestAt + 1));
  const note = changed.length > 0 ? `\n\nChanged so far: ${changed.join(', ')}` : '';
  await conversation.replaceSession(
    await open([...system, { role: 'user', content: `${text}${note}` }, ...lastTestRun(messages.slice(requestAt + 1))]),
  );
}

/** Shortens by a summary that the model writes on a fork; the original session stays as it is until it is replaced. */
export async function compactBySummary(
  conversation: AgentConversation,
  open: OpenSession,
  signal: AbortSignal,
): Promise<void> {
  const messages = conversation.messages();
  const fork = await conversation.session.fork();
  let summary: string;
  try {
    await fork.append([{ role: 'user', content: summaryRequest }]);
    const result = await fork.generate({ toolChoice: 'none', maxTokens: 2000 }, () => undefined, signal);
    summary = result.message.content.trim();
  } finally {
    await fork.close();
  }
  const system = messages.filter((message) => message.role === 'system').slice(0, 1);
  const request = conversation.lastRequest() ?? '';
  const content = `${request}\n\n<summary of the work so far>\n${summary}\n</summary of the work so far>`;
  await conversation.replaceSession(await open([...system, { role: 'user', content }]));
}

function isContinuation(text: string): boolean {
  return /^\s*(continue|go on|keep going)\s*\.?\s*$/i.test(text);
}

/** Paths of the edits that succeeded, in order, each once. */
function changedFiles(messages: readonly ChatMessage[]): string[] {
  const paths = messages.flatMap((message) =>
    message.role === 'tool' ? [/^(?:Edited|Wrote|Deleted) (.+?)(?: \(\d+ \w+\))?\./.exec(message.content)?.[1]] : [],
  );
  return [...new Set(paths.filter((path) => path !== undefined))];
}

/** The last test report with the call that asked for it, under the id that a first call has. */
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
