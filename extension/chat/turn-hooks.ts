import type { SessionEvent } from '../agent/agent-model.ts';
import type { ModelHost } from '../daemon-link/model-host.ts';
import type { AskUser } from '../permission/user-answer.ts';
import type { ConversationHooks } from '../tools/conversation/conversation-hooks.ts';
import type { ToPanel } from '../../webview/messages.ts';
import type { ChatWindow } from './chat-window.ts';
import type { ChatWorkspace } from './chat-workspace.ts';
import { runDelegate } from './delegated-turn.ts';
import type { OpenConversation } from './open-conversation.ts';
import type { OpenQuestions } from './open-questions.ts';

/** The chat, as the tools of a conversation use it. */
interface HookHost {
  readonly models: ModelHost;
  readonly workspace: ChatWorkspace;
  readonly window: ChatWindow;
  readonly questions: OpenQuestions;
  readonly ask: AskUser;
  readonly tell: (messages: readonly ToPanel[]) => void;
  /** Tells the panel and stores what is complete. */
  readonly note: (messages: readonly ToPanel[]) => Promise<void>;
  /** Told of what the model does for a delegate. */
  readonly onEvent: (event: SessionEvent) => void;
}

/** What tools do in a conversation beside their work: show a plan, ask the user, hand a task to a delegate. */
export function turnHooks(conversation: OpenConversation, host: HookHost): ConversationHooks {
  const hooks: ConversationHooks = {
    plan: (steps) => void host.note(conversation.transcript.plan(steps)),
    question: (question, choices, signal) => {
      const { id, messages } = conversation.transcript.question(question, choices);
      host.tell(messages);
      host.window.callForAttention(question);
      return host.questions.wait(id, signal);
    },
    delegate: (task, signal) => runDelegate(task, { ...host, hooks, thinking: conversation.style.thinking }, signal),
  };
  return hooks;
}
