import type { TokenPrice } from '../extension/metering/spending.ts';
import type { FromPanel } from './messages.ts';

/** Shared by all components of the panel. */
export interface PanelContext {
  readonly post: (message: FromPanel) => void;
  /** Announces a text to screen readers. `urgent` interrupts the current speech. */
  readonly announce: (text: string, urgency?: 'polite' | 'urgent') => void;
  /** True for what the user unfolded, by a unique key. Outlives the elements, which come and go with scrolling. */
  readonly folds: Map<string, boolean>;
  /** Price of tokens that the user compares with, if any. */
  readonly price: () => TokenPrice | undefined;
}
