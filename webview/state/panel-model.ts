import type { Item } from '../../extension/chat/item.ts';
import type { ConversationSummary, PanelState, Suggestion } from '../messages.ts';

/** Everything the panel knows, as one value. The reducer makes the next one; the view draws it. */
export interface PanelModel {
  /** Undefined until the extension has spoken. */
  readonly state: PanelState | undefined;
  readonly strings: Readonly<Record<string, string>>;
  readonly items: readonly Item[];
  /** Counts up when the transcript is replaced as a whole. */
  readonly transcript: number;
  readonly conversations: readonly ConversationSummary[] | undefined;
  readonly suggestions: { readonly request: number; readonly list: readonly Suggestion[] };
  /** A text the extension wants in the composer; `serial` counts up with each. */
  readonly draft: { readonly text: string; readonly focus: boolean; readonly serial: number };
}

export const emptyPanel: PanelModel = {
  state: undefined,
  strings: {},
  items: [],
  transcript: 0,
  conversations: undefined,
  suggestions: { request: -1, list: [] },
  draft: { text: '', focus: false, serial: 0 },
};
