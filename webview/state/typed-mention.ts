/** A mention that is being typed: `@` and the text from there to the caret. */
export interface Mention {
  readonly start: number;
  readonly query: string;
}

/** The mention at the caret, or undefined. */
export function mentionAt(text: string, caret: number): Mention | undefined {
  const match = /(?:^|[\s([{"'`,;:，。；：（])@((?:[a-z]+:)?"[^"\n]*|[^\s@"]*)$/.exec(text.slice(0, caret));
  const query = match?.[1];
  return query === undefined ? undefined : { start: caret - query.length - 1, query };
}

/**
 * Replaces the mention with `insert` and a space. Returns the text and the new caret. After an `insert` that ends in
 * `:` there is no space: the user types on.
 */
export function completeMention(
  text: string,
  mention: Mention,
  insert: string,
): { readonly text: string; readonly caret: number } {
  const end = mention.start + 1 + mention.query.length;
  const rest = text.slice(end);
  const goesOn = insert.endsWith(':');
  const space = goesOn || /^\s/.test(rest) ? '' : ' ';
  return {
    text: text.slice(0, mention.start) + insert + space + rest,
    caret: mention.start + insert.length + (goesOn ? 0 : 1),
  };
}
