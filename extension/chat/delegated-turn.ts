import { AgentConversation } from '../agent/agent-conversation.ts';
import { compactBySummary } from '../agent/compaction.ts';
import { runTurn } from '../agent/run-turn.ts';
import { plainRequest } from '../context/mentions/mention-kind.ts';
import type { ModelHost } from '../daemon-link/model-host.ts';
import type { AskUser } from '../permission/user-answer.ts';
import type { ChatWorkbench } from './chat-parts.ts';
import type { ConversationHooks } from '../tools/conversation/conversation-hooks.ts';

export interface DelegateParts {
  readonly models: ModelHost;
  readonly workbench: ChatWorkbench;
  readonly ask: AskUser;
  readonly hooks: ConversationHooks;
}

/** Runs a task in a conversation of its own, with the same tools and permissions; returns its last words. */
export async function runDelegate(task: string, parts: DelegateParts, signal: AbortSignal): Promise<string> {
  const model = await parts.models.model(signal);
  // A delegate does not delegate further, so a model cannot nest without end.
  const all = parts.workbench.tools(model.facts, {
    ...parts.hooks,
    delegate: async () => 'Error: a delegate cannot delegate. Do the task yourself.',
  });
  const definitions = all.definitions().filter((tool) => tool.name !== 'delegate');
  const profile = parts.workbench.profile(model.facts, definitions);
  const session = await model.open({ tools: definitions, label: 'delegate' });
  const conversation = new AgentConversation(session);
  try {
    await session.append(await profile.opening(plainRequest(task)));
    const outcome = await runTurn(
      conversation,
      {
        tools: { definitions: () => definitions, resolve: (call, stop) => all.resolve(call, stop) },
        gate: parts.workbench.gate(parts.ask),
        limits: profile.limits,
        generate: profile.generate,
        emit: () => undefined,
        countTokens: (texts) => model.countTokens(texts),
        steering: () => undefined,
        compact: (of, stop) =>
          compactBySummary(
            of,
            async (messages) => {
              const next = await model.open({ tools: definitions, label: 'delegate' });
              await next.append(messages);
              return next;
            },
            stop,
          ),
      },
      signal,
    );
    if (outcome.end.kind === 'limit' || outcome.end.kind === 'failed')
      return `Error: the delegate did not finish: ${outcome.end.text}`;
    const last = conversation.messages().findLast((message) => message.role === 'assistant');
    return last?.content ?? '';
  } finally {
    await conversation.session.close();
  }
}
