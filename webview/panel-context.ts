import type { FromPanel } from './messages.ts';

/** What every part of the panel may use. */
export interface PanelContext {
  readonly post: (message: FromPanel) => void;
  /** Says something to users of a screen reader; `urgent` interrupts what is being read. */
  readonly announce: (text: string, urgency?: 'polite' | 'urgent') => void;
  /** What the user folded or unfolded, by a key of its own; outlives the elements, which come and go with scrolling. */
  readonly folds: Map<string, boolean>;
}
