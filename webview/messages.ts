/** All messages between the extension and the panel. Types only; both sides check what they receive. */
import type { AnswerStyle, StyleChoices } from '../extension/context/answer-style.ts';
import type { CallView, Item, Trouble } from '../extension/chat/item.ts';
import type { FirstLook } from '../extension/workspace/first-look.ts';
import type { ChangedFile } from '../extension/edits/changed-file.ts';
import type { Forecast } from '../extension/metering/forecast.ts';
import type { Spending, TokenPrice } from '../extension/metering/spending.ts';
import type { ReadingProgress } from '../extension/metering/turn-meter.ts';
import type { PermissionMode } from '../extension/permission/permission-mode.ts';

export interface Approval {
  readonly callId: string;
  readonly title: string;
  readonly view: CallView | undefined;
  /** The rules that "always" would add, e.g. `run(npm test), run(ls)`; undefined when every call is asked. */
  readonly rule: string | undefined;
  /** For a question of the extension itself: its buttons, in place of those that allow and decline. */
  readonly choices?: readonly { readonly id: string; readonly label: string }[];
}

export interface PanelState {
  readonly conversation: { readonly id: string; readonly title: string };
  readonly model: {
    readonly name: string;
    readonly state: 'starting' | 'loading' | 'ready' | 'stopped' | 'failed';
    readonly fraction: number;
    readonly compact: boolean;
    readonly text: string;
    /** Set when another engine than the extension's own answers: where, and how far what is sent travels. */
    readonly elsewhere?: { readonly host: string; readonly reach: 'machine' | 'home' | 'network' | 'internet' };
  };
  /** The host that answers inline chat, when it has an engine of its own on another machine. */
  readonly inlineElsewhere?: string;
  readonly mode: PermissionMode;
  /** How the model answers in this conversation, and what else can be chosen. */
  readonly style: AnswerStyle & StyleChoices;
  readonly running: boolean;
  readonly canContinue: boolean;
  readonly trusted: boolean;
  readonly approvals: readonly Approval[];
  /** In tokens: what the model holds, what it can hold, and what the draft and each of its mentions would add. */
  readonly context: {
    readonly used: number;
    readonly total: number;
    readonly next: number;
    readonly mentions?: readonly MentionCost[];
    /** The engine does not count tokens: all of these are estimates. */
    readonly estimated?: boolean;
    /** What the draft would take; absent where it is not known. */
    readonly forecast?: Forecast;
  };
  readonly speed: number | undefined; // tokens per second while generating
  /** Only while the model reads its prompt. */
  readonly reading?: ReadingProgress | undefined;
  /** What the conversation has taken so far. */
  readonly spent: Spending;
  readonly price?: TokenPrice | undefined;
  /** Files this conversation changed and the user has neither kept nor undone, with the lines still pending. */
  readonly pending: readonly ChangedFile[];
  /** For the examples of an empty conversation. */
  readonly look: FirstLook;
  /** Why a bigger model is offered. */
  readonly trouble?: Trouble;
}

export interface ConversationSummary {
  readonly id: string;
  readonly title: string;
  readonly updated: number;
  readonly turns: number;
}
export type MentionKind = 'file' | 'folder' | 'symbol' | 'problems' | 'selection' | 'terminal' | 'git';
/** Completion of a mention. After an `insert` that ends in `:` the user types on. */
export interface Suggestion {
  readonly kind: MentionKind;
  readonly label: string;
  readonly detail: string;
  readonly insert: string;
}
/** Tokens that a mention in the draft adds. `asks`: the user is asked before its content is included. */
export interface MentionCost {
  readonly kind: MentionKind;
  readonly label: string;
  readonly tokens: number;
  readonly asks: boolean;
}

export type ToPanel =
  | {
      readonly type: 'init';
      readonly strings: Readonly<Record<string, string>>;
      readonly state: PanelState;
      readonly items: readonly Item[];
    }
  | { readonly type: 'state'; readonly state: PanelState }
  | { readonly type: 'items'; readonly items: readonly Item[] } // adds or replaces them by id
  | {
      readonly type: 'append';
      readonly id: string;
      readonly field: 'text' | 'reasoning' | 'output';
      readonly offset: number;
      readonly text: string;
    }
  | { readonly type: 'reset'; readonly items: readonly Item[] }
  | { readonly type: 'conversations'; readonly list: readonly ConversationSummary[] }
  | { readonly type: 'suggestions'; readonly request: number; readonly list: readonly Suggestion[] }
  /** Puts a text before what the user has written, or with `adds` after it. */
  | { readonly type: 'draft'; readonly text: string; readonly focus: boolean; readonly adds?: boolean };

export type FromPanel =
  | { readonly type: 'ready' }
  | { readonly type: 'send'; readonly text: string; readonly steer: boolean }
  | { readonly type: 'takeBack'; readonly id: string } // a waiting message becomes the draft again
  | { readonly type: 'stop' }
  | { readonly type: 'continue' }
  | { readonly type: 'retry'; readonly id: string } // sends a message again whose turn could not begin
  | { readonly type: 'useAnyway' } // the user goes on with a model that does not know the project's language
  /** Answers what waits for the user: the id of a choice, or `once`, `session`, `rule`, `decline` for a call. */
  | { readonly type: 'choose'; readonly callId: string; readonly choice: string }
  | { readonly type: 'answer'; readonly id: string; readonly text: string }
  | { readonly type: 'undoTurn'; readonly turn: number }
  | { readonly type: 'restoreTo'; readonly turn: number }
  | { readonly type: 'editResend'; readonly turn: number; readonly text: string }
  | { readonly type: 'review'; readonly turn: number }
  | { readonly type: 'keep'; readonly turn: number }
  /** Keeps or undoes one pending file, or without a path all of them. */
  | { readonly type: 'keepFiles'; readonly path?: string | undefined }
  | { readonly type: 'undoFiles'; readonly path?: string | undefined }
  | { readonly type: 'reviewFiles' }
  | { readonly type: 'openPending'; readonly path: string }
  | { readonly type: 'mode'; readonly mode: PermissionMode }
  | { readonly type: 'pickModel' }
  | { readonly type: 'pickStyle' }
  | { readonly type: 'manageModels' }
  | { readonly type: 'trust' } // opens the editor's page about trust in the workspace
  | { readonly type: 'openSample' }
  | { readonly type: 'open'; readonly path: string; readonly line?: number | undefined }
  | { readonly type: 'openLink'; readonly url: string } // http or https; the editor asks before it opens it
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'insert'; readonly text: string }
  | { readonly type: 'applyCode'; readonly text: string; readonly path?: string | undefined }
  | { readonly type: 'newConversation' }
  | { readonly type: 'listConversations'; readonly query: string }
  | { readonly type: 'openConversation'; readonly id: string }
  | { readonly type: 'deleteConversation'; readonly id: string }
  | { readonly type: 'suggest'; readonly request: number; readonly query: string }
  | { readonly type: 'draft'; readonly text: string }; // for the context meter
