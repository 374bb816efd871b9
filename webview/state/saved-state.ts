/** State that the panel keeps across reloads of its page. */
export interface SavedState {
  readonly draft: string;
  /** Scroll position of a conversation's transcript, in pixels. Undefined: at the end. */
  readonly scroll: { readonly conversation: string; readonly top: number } | undefined;
}

export const nothingSaved: SavedState = { draft: '', scroll: undefined };

/** Reads a saved state. Parts of another shape are ignored. */
export function readSavedState(value: unknown): SavedState {
  if (typeof value !== 'object' || value === null) return nothingSaved;
  const draft = 'draft' in value && typeof value.draft === 'string' ? value.draft : '';
  return { draft, scroll: 'scroll' in value ? readScroll(value.scroll) : undefined };
}

function readScroll(value: unknown): SavedState['scroll'] {
  if (typeof value !== 'object' || value === null || !('conversation' in value) || !('top' in value)) return undefined;
  return typeof value.conversation === 'string' && typeof value.top === 'number'
    ? { conversation: value.conversation, top: value.top }
    : undefined;
}
