import type { FirstLook } from '../workspace/first-look.ts';
import { compactWindow } from '../context/prompt-profiles.ts';
import { shownModelName } from '../daemon-link/model-name.ts';
import type { LinkState } from '../daemon-link/model-host.ts';
import type { ChangedFile } from '../edits/changed-file.ts';
import type { ReadingProgress } from '../metering/turn-meter.ts';
import type { Approval, PanelState } from '../../webview/messages.ts';
import { styleChoices } from '../context/answer-style.ts';
import type { ChatWindow } from './chat-window.ts';
import type { DraftCost } from './draft-meter.ts';
import type { OpenConversation } from './open-conversation.ts';
import { troubleOf } from './trouble.ts';

/** Progress of the running turn; empty when unknown. */
export interface TurnProgress {
  readonly speed?: number | undefined; // tokens per second
  readonly reading?: ReadingProgress | undefined;
}

export interface PanelFacts {
  readonly link: LinkState;
  readonly window: Pick<ChatWindow, 'mode' | 'trusted' | 'wasTold' | 'inlineElsewhere' | 'price'>;
  readonly conversation: OpenConversation;
  /** The running turn; `contextTokens` once its model is known. */
  readonly turn: { readonly contextTokens: number | undefined } | undefined;
  readonly progress: TurnProgress;
  readonly approvals: readonly Approval[];
  readonly draft: DraftCost;
  readonly pending: readonly ChangedFile[];
  readonly look: FirstLook;
}

/** The state the panel shows beside the transcript. */
export function panelState(facts: PanelFacts): PanelState {
  const { link, window, conversation, turn, progress, draft, look } = facts;
  const contextTokens = turn?.contextTokens ?? link.contextTokens;
  const compact = link.profile === 'compact';
  const trouble = compact ? troubleOf(conversation.transcript.items, look.language) : undefined;
  const inlineElsewhere = window.inlineElsewhere();
  // The user has said to go on with this model in this workspace.
  const settled = trouble === 'language' && window.wasTold('languageNotice');
  return {
    conversation: { id: conversation.id, title: conversation.title },
    model: {
      name: shownModelName(link.model),
      state: link.state,
      fraction: link.fraction,
      compact,
      text: link.text,
      ...(link.elsewhere && { elsewhere: { host: link.elsewhere.host, reach: link.elsewhere.reach } }),
    },
    ...(inlineElsewhere !== undefined && { inlineElsewhere }),
    mode: window.mode(),
    style: { ...conversation.style, ...styleChoices(link) },
    running: turn !== undefined,
    canContinue: turn === undefined && conversation.canContinue,
    trusted: window.trusted(),
    approvals: facts.approvals,
    context: {
      used: conversation.tokens,
      total: compact ? compactWindow(contextTokens) : contextTokens,
      next: draft.tokens,
      mentions: draft.mentions,
      ...(turn === undefined && draft.forecast !== undefined && { forecast: draft.forecast }),
      ...(link.elsewhere?.estimates === true && { estimated: true }),
    },
    speed: progress.speed,
    reading: progress.reading,
    spent: conversation.spent,
    price: window.price(),
    pending: facts.pending,
    look,
    ...(trouble !== undefined && !settled && { trouble }),
  };
}
