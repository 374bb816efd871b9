import type { FromPanel, ToPanel } from '../../webview/messages.ts';
import type { ChatWorkspace } from './chat-workspace.ts';
import type { ConversationStore } from './conversation-store.ts';

/** A request of the panel for a list. Only the newest of its kind is answered. */
type Lookup = Extract<FromPanel, { type: 'listConversations' | 'suggest' }>;

interface LookedUp {
  readonly store: Pick<ConversationStore, 'list'>;
  readonly workspace: Pick<ChatWorkspace, 'suggest'>;
}

export function isLookup(message: FromPanel): message is Lookup {
  return message.type === 'listConversations' || message.type === 'suggest';
}

/** What to tell the panel: nothing when it has asked for another list meanwhile. */
export async function lookUp({ store, workspace }: LookedUp, message: Lookup): Promise<ToPanel[]> {
  if (message.type === 'listConversations') {
    const list = await store.list(message.query);
    return list === undefined ? [] : [{ type: 'conversations', list }];
  }
  const list = await workspace.suggest(message.query);
  return list === undefined ? [] : [{ type: 'suggestions', request: message.request, list }];
}
