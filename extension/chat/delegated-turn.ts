import type { ThinkingChoice } from '../../native/protocol/thinking.ts';
import { AgentConversation } from '../agent/agent-conversation.ts';
import type { SessionEvent } from '../agent/agent-model.ts';
import { compactBySummary } from '../agent/compaction.ts';
import { runTurn } from '../agent/run-turn.ts';
import { plainRequest } from '../context/mentions/mention-kind.ts';
import type { ModelHost } from '../daemon-link/model-host.ts';
import type { AskUser } from '../permission/user-answer.ts';
import type { ChatWorkspace } from './chat-workspace.ts';
import type { ConversationHooks } from '../tools/conversation/conversation-hooks.ts';

export interface DelegateParts {
  readonly models: ModelHost;
  readonly workspace: ChatWorkspace;
  readonly ask: AskUser;
  readonly hooks: ConversationHooks;
  /** How much the model thinks: as in the conversation that hands over the task. */
  readonly thinking: ThinkingChoice;
  /** Told of what the model does for it. */
  readonly onEvent: (event: SessionEvent) => void;
}

/** Runs a task in its own conversation, with the same tools and permissions. Returns the last answer's text. */
export async function runDelegate(task: string, parts: DelegateParts, signal: AbortSignal): Promise<string> {
  const model = await parts.models.model(signal);
  // A delegate cannot delegate: a model could otherwise nest forever.
  const all = parts.workspace.tools(model.facts, {
    ...parts.hooks,
    delegate: async () => 'Error: a delegate cannot delegate. Do the task yourself.',
  });
  const definitions = all.definitions().filter((tool) => tool.name !== 'delegate');
  const profile = parts.workspace.profile(model.facts);
  const { thinking } = parts;
  const settings = { tools: definitions, label: 'delegate', thinking };
  const session = await model.open(settings);
  const conversation = new AgentConversation(session);
  try {
    await session.append(await profile.opening(plainRequest(task)));
    const outcome = await runTurn(
      conversation,
      {
        tools: { definitions: () => definitions, resolve: (call) => all.resolve(call) },
        gate: parts.workspace.gate(parts.ask),
        limits: profile.limits,
        generate: { ...profile.generate, thinking },
        emit: (event) => event.kind === 'spent' && parts.onEvent(event),
        countTokens: (texts) => model.countTokens(texts),
        steering: () => undefined,
        compact: (of, stop) =>
          compactBySummary(
            of,
            async (messages) => {
              const next = await model.open(settings);
              await next.append(messages);
              return next;
            },
            model.facts.contextTokens,
            parts.onEvent,
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
