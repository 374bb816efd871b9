import type { FromPanel } from './messages.ts';

/** What every component of the panel may use. */
export interface PanelContext {
  readonly post: (message: FromPanel) => void;
  /** Tells users of a screen reader something. `urgent` interrupts what is being read. */
  readonly announce: (text: string, urgency?: 'polite' | 'urgent') => void;
  /** True for what the user unfolded, by a unique key. Outlives the elements, which come and go with scrolling. */
  readonly folds: Map<string, boolean>;
}
