import type { Item } from '../../extension/chat/item.ts';
import type { ConversationSummary, PanelState, Suggestion } from '../messages.ts';

/** The panel's whole state as one value. The reducer makes the next one; the view draws it. */
export interface PanelModel {
  /** Undefined until the extension has sent it. */
  readonly state: PanelState | undefined;
  readonly strings: Readonly<Record<string, string>>;
  readonly items: readonly Item[];
  /** Counts how often the whole transcript was replaced. */
  readonly transcript: number;
  readonly conversations: readonly ConversationSummary[] | undefined;
  readonly suggestions: { readonly request: number; readonly list: readonly Suggestion[] };
  /** A text the extension puts into the composer. `serial` counts them. */
  readonly draft: {
    readonly text: string;
    readonly focus: boolean;
    readonly adds: boolean;
    readonly serial: number;
  };
}

export const emptyPanel: PanelModel = {
  state: undefined,
  strings: {},
  items: [],
  transcript: 0,
  conversations: undefined,
  suggestions: { request: -1, list: [] },
  draft: { text: '', focus: false, adds: false, serial: 0 },
};
